import { describe, expect, it } from "vitest";
import { MemoryMessages } from "./messages.ts";

describe("MemoryMessages", () => {
  it("gives messages in the order of their times, and of sending where the times are the same", async () => {
    const messages = new MemoryMessages({ clock: { now: () => 5 } });
    await messages.wake("lane-a", 9);
    await messages.collect("job-1", 5);
    await messages.plan("to-process/a.jsonl");
    await messages.wake("lane-b", 1);
    expect(messages.waiting).toHaveLength(4);
    expect([messages.take(), messages.take(), messages.take(), messages.take(), messages.take()]).toEqual([
      { kind: "wake", lane: "lane-b", at: 1 },
      { kind: "collect", jobId: "job-1", at: 5 },
      { kind: "plan", key: "to-process/a.jsonl", at: 5 },
      { kind: "wake", lane: "lane-a", at: 9 },
      undefined,
    ]);
  });

  it("keeps what is not due yet", async () => {
    const messages = new MemoryMessages();
    await messages.wake("lane-a", 9);
    expect(messages.take(8)).toBeUndefined();
    expect(messages.take(9)).toEqual({ kind: "wake", lane: "lane-a", at: 9 });
  });
});
