import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type DeadLetter, LocalQueue, MAX_DELIVERIES } from "./queue.ts";

describe("LocalQueue", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const queueOf = (work: (body: string) => Promise<void>, concurrency = 1) => {
    const dead: DeadLetter[] = [];
    return { dead, queue: new LocalQueue({ name: "test", concurrency, work, onDead: (letter) => dead.push(letter) }) };
  };

  it("delivers a message again until it is taken", async () => {
    const seen: string[] = [];
    const { queue, dead } = queueOf(async (body) => {
      seen.push(body);
      if (seen.length < 4) throw new Error("not yet");
    });
    queue.send("a");
    await vi.runAllTimersAsync();
    expect(seen).toEqual(["a", "a", "a", "a"]);
    expect(dead).toEqual([]);
    expect(queue.busy + queue.delayed).toBe(0);
  });

  it("gives up a message that is never taken, after a bound, and goes on with the others", async () => {
    const seen: string[] = [];
    const { queue, dead } = queueOf(async (body) => {
      seen.push(body);
      if (body === "bad") throw new Error("never");
    });
    queue.send("bad");
    queue.send("good");
    await vi.runAllTimersAsync();
    expect(seen.filter((body) => body === "bad")).toHaveLength(MAX_DELIVERIES);
    expect(seen).toContain("good");
    expect(dead).toEqual([{ queue: "test", body: "bad", deliveries: MAX_DELIVERIES, reason: "never" }]);
  });

  it("delivers no message before its time", async () => {
    const seen: string[] = [];
    const { queue } = queueOf(async (body) => void seen.push(body));
    queue.send("late", 500);
    await vi.advanceTimersByTimeAsync(499);
    expect(seen).toEqual([]);
    expect(queue.delayed).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toEqual(["late"]);
  });

  it("works on no more messages at once than it may", async () => {
    let now = 0;
    let most = 0;
    const { queue } = queueOf(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 10));
      now--;
    }, 3);
    for (let n = 0; n < 20; n++) queue.send(String(n));
    await vi.runAllTimersAsync();
    expect(most).toBe(3);
  });

  it("forgets what waits when it is closed, and waits for what is under way", async () => {
    const ended: string[] = [];
    const { queue } = queueOf(async (body) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      ended.push(body);
    });
    queue.send("under way");
    queue.send("waiting");
    queue.send("later", 1_000);
    const closed = queue.close().then(() => ended.push("closed"));
    queue.send("too late");
    await vi.runAllTimersAsync();
    await closed;
    expect(ended).toEqual(["under way", "closed"]);
  });
});
