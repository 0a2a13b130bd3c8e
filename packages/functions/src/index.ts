export {
  advanceHandler,
  collectHandler,
  planHandler,
  type QueueHandler,
  sweepHandler,
  type WorldSource,
  wakeHandler,
} from "./handlers.ts";
