import { aWorld, endJob, type MemoryWorld, settings } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { submissionIdOf } from "../ids.ts";
import { advance } from "./advance.ts";
import { collect, collectEvent } from "./collect.ts";
import { mend } from "./mend.ts";
import { plan } from "./plan.ts";
import { sweep } from "./sweep.ts";
import { wake } from "./wake.ts";

const lane = (model: string) => ({ models: [model], limit: 3, maxRecords: 4, minRecords: 2 });
const lines = (stem: string, count: number) =>
  Array.from({ length: count }, (_, n) =>
    JSON.stringify({
      recordId: `${stem}${n}`,
      modelInput: {
        anthropic_version: "bedrock-2023-05-31",
        max_tokens: 9,
        messages: [{ role: "user", content: `say ${n}` }],
      },
    }),
  ).join("\n");

let world: MemoryWorld;
beforeEach(() => {
  world = aWorld({
    settings: settings({ lanes: { claude: lane("anthropic.claude-3-haiku-20240307-v1:0") }, routes: {} }),
  });
});

const drop = (key: string, text: string) => world.objects.put(`to-process/${key}`, text);
const idOf = (head: { key: string; etag: string; lastModified: number }) => submissionIdOf(world.objects.bucket, head);

async function deliver() {
  for (;;) {
    const message = world.messages.take(world.clock.now());
    if (message === undefined) return;
    if (message.kind === "wake") await wake(world, message.lane, message.at);
    else if (message.kind === "collect") await collect(world, message.jobId, message.at);
    else await plan(world, message.key);
  }
}

async function runAll() {
  for (;;) {
    const [job] = world.batch.running;
    if (job === undefined) return;
    const event = await endJob(world, job);
    await advance(world, event);
    await collectEvent(world, event);
    await deliver();
  }
}

/** The table is gone; the bucket and Bedrock are as they were. */
function loseTable() {
  world = { ...world, store: aWorld().store, entries: [] };
  world.log = (entry) => world.entries.push(entry);
}

/** What a start does, and what comes of it. */
async function startAgain() {
  const mended = await mend(world);
  await sweep(world);
  await deliver();
  world.clock.pass(world.timings.dropsPassMs + 1);
  await sweep(world);
  await deliver();
  return mended;
}

describe("a table that was lost", () => {
  test("is written again from the bucket: what has ended is not run again, and its results stay", async () => {
    const first = drop("a.jsonl", lines("a", 6));
    await plan(world, first.key);
    await runAll();
    const results = await world.objects.text("processed/a.jsonl/results.jsonl");
    const refused = drop("bad.jsonl", "no JSON at all");
    await plan(world, refused.key);
    // The drop is gone, and its results are what counts.
    await world.objects.delete([first.key]);
    const jobs = world.batch.jobs.length;

    loseTable();
    expect(await startAgain()).toBe(2);
    await runAll();
    expect(world.batch.jobs).toHaveLength(jobs);
    expect(await world.objects.text("processed/a.jsonl/results.jsonl")).toBe(results);
    expect(await world.store.submissions.get(idOf(first))).toMatchObject({
      status: "Done",
      lane: "claude",
      counts: { records: 6, results: 6, errors: 0 },
    });
    expect(await world.store.submissions.get(idOf(refused))).toMatchObject({
      status: "Refused",
      problem: { code: expect.any(String) },
    });
    expect(world.entries).toContainEqual(expect.objectContaining({ event: "tableMended", count: 2 }));

    // The plain path is still the first drop's: a later one gets a folder of its own.
    const second = drop("a.jsonl", lines("b", 6));
    await plan(world, second.key);
    await runAll();
    expect(await world.objects.text("processed/a.jsonl/results.jsonl")).toBe(results);
    expect(await world.objects.text(`processed/a.jsonl/${idOf(second)}/results.jsonl`)).toContain('"b0"');
  });

  test("goes on with what ran: its jobs in Bedrock are taken up, and none is made twice", async () => {
    const running = drop("run.jsonl", lines("r", 18));
    await plan(world, running.key);
    expect(world.batch.running).toHaveLength(3);
    const one = await endJob(world, world.batch.running[0]!);
    loseTable();
    await advance(world, one);

    const waiting = drop("new.jsonl", lines("n", 3));
    expect(await startAgain()).toBe(0);
    expect(world.entries).toContainEqual(expect.objectContaining({ event: "tableMended", count: 0 }));
    for (let round = 0; round < 3; round++) {
      await runAll();
      world.clock.pass(world.timings.dropsPassMs + 1);
      await sweep(world);
      await deliver();
    }
    for (const [head, stem, count] of [
      [running, "r", 18],
      [waiting, "n", 3],
    ] as const) {
      expect(await world.store.submissions.get(idOf(head))).toMatchObject({ status: "Done" });
      const text = await world.objects.text(`processed/${head.key.slice("to-process/".length)}/results.jsonl`);
      const ids = text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).recordId);
      expect(ids).toEqual(Array.from({ length: count }, (_, n) => `${stem}${n}`));
    }
    const names = world.batch.jobs.map(({ jobName }) => jobName);
    expect(new Set(names).size).toBe(names.length);
  });

  test("takes nobody's word but its own: a summary that somebody else wrote changes nothing", async () => {
    const head = drop("a.jsonl", lines("a", 6));
    const forged = {
      ...{ submissionId: idOf(head), status: "Done", key: "to-process/other.jsonl", etag: head.etag },
      ...{ lastModified: new Date(head.lastModified).toISOString(), model: "m", lane: "claude" },
      counts: { records: 6, results: 6, errors: 0 },
    };
    world.objects.put("processed/a.jsonl/summary.json", JSON.stringify(forged));
    world.objects.put("processed/b.jsonl/summary.json", JSON.stringify({ ...forged, key: head.key }));
    world.objects.put("processed/c/summary.json", "{");
    world.objects.put("processed/summary.json", "null");
    expect(await mend(world)).toBe(0);
    expect(world.entries).toEqual([]);
    expect(await world.store.submissions.get(idOf(head))).toBeUndefined();
  });

  test("is mended once, and an interrupted run is begun again", async () => {
    const head = drop("a.jsonl", lines("a", 6));
    await plan(world, head.key);
    await runAll();
    loseTable();
    const { store } = world;
    const dying = {
      ...world,
      store: { ...store, submissions: { ...store.submissions, takeOver: () => Promise.reject(new Error("killed")) } },
    };
    await expect(mend(dying)).rejects.toThrow("killed");
    await mend(world);
    expect(await world.store.submissions.get(idOf(head))).toMatchObject({ status: "Done" });
    expect(await mend(world)).toBe(0);
  });
});
