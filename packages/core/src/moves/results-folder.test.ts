import type { MemoryWorld } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { drop, fileOf, idsIn, processed, runAll, smallWorld } from "./move-stories.ts";

const KEY = "to-process/a.jsonl";

let world: MemoryWorld;
beforeEach(() => {
  world = smallWorld();
});

const folderOf = async (submissionId: string) => (await world.store.submissions.get(submissionId))?.folder;

async function dropAndRun(key: string, content: string): Promise<string> {
  world.clock.pass(1_000);
  const submissionId = await drop(world, key, content);
  await runAll(world);
  return submissionId;
}

describe("the results of a submission lie in a folder of its own", () => {
  test("the first drop of a key has the plain path, a later one its id below it; both are stored", async () => {
    const first = await dropAndRun(KEY, fileOf(3, "first"));
    const second = await dropAndRun(KEY, fileOf(3, "second"));
    expect(await folderOf(first)).toBe("processed/a.jsonl/");
    expect(await folderOf(second)).toBe(`processed/a.jsonl/${second}/`);
    expect(await idsIn(world, "processed/a.jsonl/results.jsonl")).toEqual(["first0", "first1", "first2"]);
    expect(await idsIn(world, `processed/a.jsonl/${second}/results.jsonl`)).toHaveLength(3);
  });

  test("a key that is named as another drop's folder does not touch what lies there", async () => {
    await dropAndRun(KEY, fileOf(3, "first"));
    const second = await dropAndRun(KEY, fileOf(3, "second"));
    const before = await processed(world);
    const rival = await dropAndRun(`${KEY}/${second}`, fileOf(2, "rival"));
    expect(await processed(world)).toMatchObject(before);
    expect(await folderOf(rival)).not.toBe(await folderOf(second));
    expect(await idsIn(world, `${await folderOf(rival)}results.jsonl`)).toEqual(["rival0", "rival1"]);
  });

  test("nor does such a key touch the errors of a refused file", async () => {
    const refused = await drop(world, KEY, "[1,2]");
    const before = await processed(world);
    expect(Object.keys(before)).toContain(`processed/a.jsonl/${refused}/errors.jsonl`);
    await dropAndRun(`${KEY}/${refused}`, fileOf(2, "rival"));
    expect(await processed(world)).toMatchObject(before);
  });
});

describe("what is not ours in processed/ stays as it is", () => {
  test.each(["results.jsonl", "errors.jsonl", "summary.json"])("a user's %s at the plain path", async (name) => {
    await world.objects.put(`processed/a.jsonl/${name}`, '{"mine": true}\n');
    const submissionId = await dropAndRun(KEY, fileOf(3));
    expect(await world.objects.text(`processed/a.jsonl/${name}`)).toBe('{"mine": true}\n');
    expect(await folderOf(submissionId)).toBe(`processed/a.jsonl/${submissionId}/`);
    expect(await idsIn(world, `processed/a.jsonl/${submissionId}/results.jsonl`)).toEqual(["r0", "r1", "r2"]);
  });

  test("a user's object in the submission's own folder too: another folder is chosen", async () => {
    const submissionId = await drop(world, KEY, fileOf(3));
    await world.objects.put("processed/a.jsonl/results.jsonl", "mine");
    await world.objects.put(`processed/a.jsonl/${submissionId}/summary.json`, "mine");
    await runAll(world);
    expect(await world.objects.text(`processed/a.jsonl/${submissionId}/summary.json`)).toBe("mine");
    expect(await folderOf(submissionId)).toBe(`processed/a.jsonl/${submissionId}-2/`);
    const summary = JSON.parse(await world.objects.text(`processed/a.jsonl/${submissionId}-2/summary.json`));
    expect(summary.submissionId).toBe(submissionId);
  });

  test("and for a refused file as well", async () => {
    await world.objects.put("elsewhere", "mine");
    const submissionId = await drop(world, KEY, "[1,2]");
    // The id follows from the object: whoever knows it can be there first.
    world = smallWorld();
    await world.objects.put(`processed/a.jsonl/${submissionId}/errors.jsonl`, "mine");
    expect(await drop(world, KEY, "[1,2]")).toBe(submissionId);
    expect(await world.objects.text(`processed/a.jsonl/${submissionId}/errors.jsonl`)).toBe("mine");
    expect(await folderOf(submissionId)).toBe(`processed/a.jsonl/${submissionId}-2/`);
  });

  test("where every folder is taken nothing is written, and the error says what to move", async () => {
    const submissionId = await drop(world, KEY, fileOf(3));
    const own = Array.from({ length: 9 }, (_, n) => `${submissionId}${n === 0 ? "" : `-${n + 1}`}/`);
    for (const folder of ["", ...own]) await world.objects.put(`processed/a.jsonl/${folder}errors.jsonl`, "mine");
    const before = await processed(world);
    await expect(runAll(world)).rejects.toThrow(/Something else lies in processed\/a\.jsonl\/.*Move it elsewhere/);
    expect(await processed(world)).toEqual(before);
    await world.objects.delete(["processed/a.jsonl/errors.jsonl"]);
    const [jobId] = (await world.store.submissions.get(submissionId))?.openJobs ?? [];
    expect(jobId, "its job is settled, and is collected again").toBeUndefined();
  });
});
