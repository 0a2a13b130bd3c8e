import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EndpointHealth, type Trouble } from "./endpoint-health.ts";

const SECOND_MS = 1_000;

describe("An endpoint's health", () => {
  let told: (Trouble | undefined)[];
  let health: EndpointHealth;
  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    health = new EndpointHealth(Date.now);
    health.listen((trouble) => told.push(trouble));
  });
  afterEach(() => vi.useRealTimers());

  const passing = (seconds: number) => vi.advanceTimersByTime(seconds * SECOND_MS);
  const failed = (message: string) => health.request()({ failed: message });

  it("tells of the first failure at once, of the rest every half minute with how many there were, and of the end", () => {
    const since = Date.now();
    failed("401");
    expect(told).toEqual([{ kind: "failing", since, failures: 1, message: "401" }]);
    passing(10);
    failed("500");
    expect(told).toHaveLength(1);
    passing(20);
    failed("502");
    expect(told.slice(1)).toEqual([{ kind: "failing", since, failures: 3, message: "502" }]);
    health.request()("answered");
    expect(told.slice(2)).toEqual([undefined]);
    health.request()("answered");
    expect(told).toHaveLength(3);
  });

  it("tells within ten seconds that nothing is answered, although nothing failed", () => {
    const ended = [health.request(), health.request()];
    passing(7);
    expect(told).toEqual([]);
    passing(3);
    expect(told).toEqual([
      expect.objectContaining({
        kind: "silent",
        failures: 0,
        message: expect.stringMatching(/any of 2 requests for 8 s/),
      }),
    ]);
    ended[0]?.("answered");
    expect(told.at(-1)).toBeUndefined();
  });

  it("takes an endpoint that is slow by nature for silent only after several times its slowest answer", () => {
    const ended = health.request();
    passing(6);
    ended("answered");
    health.request();
    passing(17);
    expect(told).toEqual([]);
    passing(2);
    expect(told).toHaveLength(1);
  });

  it("tells anew when failures become silence", () => {
    failed("500");
    health.request();
    passing(10);
    expect(told.map((trouble) => trouble?.kind)).toEqual(["failing", "silent"]);
  });

  it("says nothing of requests that were cut short, nor while none is under way", () => {
    health.request()("cut");
    passing(60);
    expect(told).toEqual([]);
  });
});
