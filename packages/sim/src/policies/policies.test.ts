import { describe, expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../script/script.ts";
import { bound } from "./bound.ts";
import { oracle } from "./oracle.ts";
import { scanning } from "./scanning.ts";
import { sluice } from "./sluice.ts";
import { stepMap } from "./step-map.ts";
import { figuresOf, type Trace } from "./trace.ts";
import { type Workload, workloads } from "./workload.ts";

const ROW_BYTES = 650;
const FREE = { get: () => ({ reads: 0, writes: 0 }) } as unknown as Parameters<typeof sluice>[1];

/** The beginning of a workload, which is enough to compare and takes moments. */
function some(name: string, count: number): Workload {
  const workload = workloads.find((known) => known.name === name)!;
  return { ...workload, jobs: workload.jobs.slice(0, count) };
}

describe("the figures of a trace", () => {
  const lane = "lane0";
  const workload = { ...some("long", 3), lanes: [{ name: lane, modelId: "m", limit: 2, quota: 2 }] };
  const trace: Trace = {
    jobs: [
      { lane, arrivedAt: 0, startedAt: 0, endedAt: 100 },
      { lane, arrivedAt: 0, startedAt: 20, endedAt: 60 },
      { lane, arrivedAt: 0, startedAt: 80, endedAt: 180 },
    ],
    others: [],
    bedrockCalls: 6,
    reads: 30,
    writes: 9,
  };

  test("count slots only while work waits", () => {
    // Until 80 a job waits: of 160 slot-milliseconds, 80 and 40 are used. Afterwards nobody waits.
    expect(figuresOf(workload, trace)).toEqual({
      done: 3,
      utilisation: 120 / 160,
      makespanMs: 180,
      waitMs: { p50: 20, p95: 80 },
      bedrockCallsPerJob: 2,
      readsPerJob: 10,
      writesPerJob: 3,
    });
  });

  test("do not count slots that others hold", () => {
    const others = [{ lane, from: 0, to: 80 }];
    // One slot is left for us; both jobs at once from 20 to 60 are more than it.
    expect(figuresOf(workload, { ...trace, others }).utilisation).toBe(120 / 80);
  });
});

describe("the policies", () => {
  test("all run every job once, for as long as it lasts, where no event is lost", async () => {
    const workload = some("long", 60);
    for (const trace of [
      oracle(workload),
      bound(workload),
      scanning(workload, ROW_BYTES),
      stepMap(workload),
      await sluice(workload, FREE),
    ])
      for (const [n, { startedAt, endedAt }] of trace.jobs.entries())
        expect(Math.round(endedAt! - startedAt!)).toBe(workload.jobs[n]?.lastsMs);
  });

  test("none is faster than the oracle, whose slots are never idle", async () => {
    for (const name of ["short", "bursts", "lanes", "others"]) {
      const workload = some(name, 80);
      const best = figuresOf(workload, oracle(workload));
      expect(best.utilisation).toBe(1);
      for (const trace of [
        bound(workload),
        scanning(workload, ROW_BYTES),
        stepMap(workload),
        await sluice(workload, FREE),
      ])
        expect(figuresOf(workload, trace).utilisation).toBeLessThanOrEqual(1);
    }
  });

  test("Sluice loses hardly more than the way of an event and of the call that creates a job", async () => {
    const workload = some("short", 300);
    const lossOf = (trace: Trace) => 1 - figuresOf(workload, trace).utilisation;
    const least = lossOf(bound(workload));
    expect(least).toBeGreaterThan(0);
    expect(lossOf(await sluice(workload, FREE))).toBeLessThan(1.5 * least);
  });

  test("without repair a map hangs on lost events, and Sluice does not", async () => {
    const workload = some("lostAll", 30);
    expect(figuresOf(workload, stepMap(workload)).done).toBe(10);
    const figures = figuresOf(workload, await sluice(workload, FREE));
    expect(figures.done).toBe(30);
    expect(figures.makespanMs).toBeLessThan(6 * HOUR_MS);
  });

  test("without any event Sluice's slots wait for minutes, and less than a scan's", async () => {
    const workload = some("lostAll", 200);
    const utilisationOf = (trace: Trace) => figuresOf(workload, trace).utilisation;
    expect(utilisationOf(await sluice(workload, FREE))).toBeGreaterThan(utilisationOf(scanning(workload, ROW_BYTES)));
  });

  test("Sluice keeps its slots busy where a scan lets them wait for its next turn", async () => {
    const workload = some("short", 100);
    const waitOf = (trace: Trace) => figuresOf(workload, trace).waitMs.p95;
    expect(figuresOf(workload, await sluice(workload, FREE)).utilisation).toBeGreaterThan(0.99);
    expect(waitOf(scanning(workload, ROW_BYTES)) - waitOf(oracle(workload))).toBeGreaterThan(30 * MINUTE_MS);
  });

  test("an operation without a price is an error, not free", async () => {
    await expect(sluice(some("long", 3), new Map())).rejects.toThrow("Nobody measured what these cost");
  });
});
