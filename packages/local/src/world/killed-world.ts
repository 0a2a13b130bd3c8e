/*
 * A local world in a process of its own, so that a test can kill it. It prints "started", and after a line on its input
 * "idle" once everything is settled; then it ends. Arguments: the directory, the speed, and the seed of its faults.
 */
import { once } from "node:events";
import { startLocalWorld } from "./start.ts";

/** Bedrock's own quota, far above the lanes' limits: whoever keeps to the limits must be the queue. */
const QUOTA = 1_000;

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
const [dir = "", speed = "1", seed = "1"] = process.argv.slice(2);
const local = await startLocalWorld({
  dir,
  purpose: "the kill test",
  speed: Number(speed),
  restMs: 50,
  bedrock: {
    seed,
    slots: (modelId) => ({ scope: modelId, limit: QUOTA }),
    faults: {
      events: { losePercent: 15, repeatPercent: 15, delayPercent: 15, delayMs: 100 },
      loseAnswer: { nextCreates: 0, percent: 10 },
      throttle: { nextCreates: 0, percent: 5 },
    },
  },
  onLog: ({ level, event, message }) => {
    if (level === "error") console.error(`${event}: ${message}`);
  },
});
console.log("started");
await once(process.stdin, "data");
await local.idle();
console.log("idle");
process.stdin.destroy();
await local.close();
