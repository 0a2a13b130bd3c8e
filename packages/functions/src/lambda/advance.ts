import { advanceHandler } from "../handlers.ts";
import { lambda } from "./compose.ts";

/** Bedrock's state changes, straight from EventBridge. */
export const handler = lambda((event: unknown, { world }) => advanceHandler(world)(event));
