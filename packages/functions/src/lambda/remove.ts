import { checkRemovable } from "@sluice/core";
import * as z from "zod";
import { lambda } from "./compose.ts";

/** What the AWS provider adds to the event of a function that it calls when a resource is made, changed and deleted. */
const lifecycle = z.object({ tf: z.object({ action: z.string() }) });

/** Asked before anything of a stage is deleted; an error keeps all of it. */
export const handler = lambda(async (event: unknown, { world }) => {
  if (lifecycle.parse(event).tf.action === "delete") await checkRemovable(await world());
  return {};
});
