export {
  advanceHandler,
  collectHandler,
  planHandler,
  sweepHandler,
  type WorldSource,
  wakeHandler,
} from "./handlers.ts";
