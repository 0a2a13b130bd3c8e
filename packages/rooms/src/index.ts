export { isTest } from "./check.ts";
export { rooms } from "./order.ts";
