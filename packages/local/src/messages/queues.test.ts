import type { LogEntry, World } from "@sluice/core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createdNotification } from "../drops/notification.ts";
import { MAX_DELIVERIES } from "./queue.ts";
import { LocalQueues } from "./queues.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("keeps a message that no handler takes, and says so in words that name what comes next", async () => {
  const log: LogEntry[] = [];
  const queues = new LocalQueues(
    () => Promise.reject(new Error("The table cannot be reached.")),
    (entry) => log.push(entry),
    Date.now,
  );
  await queues.collect("01JOB", Date.now());
  queues.send("events", "{}");
  await vi.runAllTimersAsync();
  expect(queues.deadLetters).toMatchObject([
    { queue: "collect", deliveries: MAX_DELIVERIES, reason: "The table cannot be reached." },
    { queue: "events", deliveries: MAX_DELIVERIES },
  ]);
  expect(log).toContainEqual({
    level: "error",
    event: "messageGivenUp",
    message: expect.stringMatching(/collect queue was given up after 10 deliveries: .* The next sweep does/),
  });
});

it("plans a small file while large ones hold all the slots that large ones may have", async () => {
  const begun: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const head = async (key: string) => {
    begun.push(key);
    if (key.includes("large")) await held;
  };
  const world = { objects: { head }, log: () => {} } as unknown as World;
  const queues = new LocalQueues(
    async () => world,
    () => {},
    Date.now,
  );
  for (const n of [1, 2, 3]) queues.drop(createdNotification("local", `to-process/large-${n}.jsonl`, 0), 1e9);
  queues.drop(createdNotification("local", "to-process/small.jsonl", 0), 1_000);
  await vi.advanceTimersByTimeAsync(1);
  expect(begun.sort()).toEqual(["to-process/large-1.jsonl", "to-process/large-2.jsonl", "to-process/small.jsonl"]);
  release();
  await queues.close();
});

it("holds a message back until its time, and counts it meanwhile as delayed, not as busy", async () => {
  const queues = new LocalQueues(
    () => Promise.reject(new Error("not yet")),
    () => {},
    Date.now,
  );
  await queues.wake("claude", Date.now() + 60_000);
  expect({ busy: queues.busy, delayed: queues.delayed }).toEqual({ busy: 0, delayed: 1 });
  await queues.close();
  expect({ busy: queues.busy, delayed: queues.delayed, sent: queues.sent }).toEqual({ busy: 0, delayed: 0, sent: 1 });
});
