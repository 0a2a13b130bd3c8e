import { randomInt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { drawScript } from "../script/draw.ts";
import { NotRepeatable, runTwice } from "./twice.ts";

const FIXED = 300;
const FRESH = 40;
const MOST_SEED = 2 ** 31;

/** Runs seeds twice each; how they broke a promise, if one did. */
async function brokenBy(from: number, count: number): Promise<string[]> {
  const broken: string[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const { violation } = await runTwice(drawScript(seed));
    if (violation !== undefined) broken.push(`pnpm sim --seed ${seed}: ${violation.promise}: ${violation.message}`);
  }
  return broken;
}

describe("the queue under faults", () => {
  test(`keeps its promises and repeats itself in the seeds 1 to ${FIXED}`, { timeout: 120_000 }, async () => {
    expect(await brokenBy(1, FIXED)).toEqual([]);
  });

  test(`keeps its promises in ${FRESH} fresh seeds`, { timeout: 120_000 }, async () => {
    const from = randomInt(MOST_SEED);
    console.log(`Fresh seeds of the simulation: ${from} to ${from + FRESH - 1}`);
    expect(await brokenBy(from, FRESH)).toEqual([]);
  });

  test("meets every kind of fault and of oddity", async () => {
    const met = new Set<string>();
    for (let seed = 1; seed <= FIXED; seed++) {
      const { rates, windows, jobs, drops, restores } = drawScript(seed);
      for (const kind of Object.keys(rates)) met.add(kind);
      for (const { kind } of windows) met.add(kind);
      if (restores.length > 0) met.add("restored");
      for (const { under, stranger } of drops) {
        if (under !== undefined) met.add("named as another's folder");
        if (stranger !== undefined) met.add(`stranger at the ${stranger} path`);
      }
      for (const { oddity } of jobs) if (oddity !== undefined) met.add(oddity);
    }
    expect([...met].sort()).toMatchInlineSnapshot(`
      [
        "answerLost",
        "breaksOff",
        "busDown",
        "clockFarOff",
        "clockOff",
        "denied",
        "diesAfter",
        "diesBefore",
        "diesInFlight",
        "eventFirst",
        "eventLate",
        "eventLost",
        "eventRepeated",
        "ghostEntry",
        "ghostHolder",
        "hidden",
        "invalid",
        "listedLate",
        "messageLate",
        "messageRepeated",
        "modelGone",
        "named as another's folder",
        "notificationLost",
        "objectsDown",
        "odd",
        "orphan",
        "outputLate",
        "refused",
        "restored",
        "retried",
        "roleBroken",
        "scheduleDown",
        "sleeper",
        "spuriousQuota",
        "squatted",
        "stalls",
        "storeDown",
        "stranger at the own path",
        "stranger at the plain path",
        "sweepSkipped",
        "sweepTwice",
        "throttled",
        "throttling",
      ]
    `);
  });
});

describe("a run that is no function of its script", () => {
  test("is told from one that is", async () => {
    const script = drawScript(1);
    let reads = 0;
    // A script that says something else each time that it is asked, as a real clock would.
    Object.defineProperty(script, "healAtMs", { get: () => 3_600_000 + 60_000 * reads++ });
    await expect(runTwice(script)).rejects.toThrow(NotRepeatable);
  });
});
