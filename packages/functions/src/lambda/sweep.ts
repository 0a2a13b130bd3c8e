import { sweepHandler } from "../handlers.ts";
import { lambda } from "./compose.ts";

/** The schedule's repairing pass. */
export const handler = lambda((_event: unknown, { world }) => sweepHandler(world)());
