export type { QueueHandler } from "./events.ts";
export {
  advanceHandler,
  collectHandler,
  planHandler,
  sweepHandler,
  type WorldSource,
  wakeHandler,
} from "./handlers.ts";
