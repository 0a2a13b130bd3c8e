import { anId, MemoryObjects } from "@sluice/testing";
import { expect, test } from "vitest";
import { jobOutputPrefix, preparedPrefix, settledKeys, settledPrefix } from "../bucket/keys.ts";
import { sweepUp, sweepUpRun } from "./sweep-up.ts";

const mine = anId(1);
const others = anId(2);

function bucketWith(slices: number, options: { listPageKeys?: number } = {}): MemoryObjects {
  const objects = new MemoryObjects(options);
  for (const id of [mine, others])
    for (let slice = 0; slice < slices; slice++) {
      objects.put(`${preparedPrefix(id)}run/${slice}.jsonl`, "{}");
      objects.put(settledKeys(id, slice).results, "{}");
      objects.put(settledKeys(id, slice).errors, "");
      objects.put(`${jobOutputPrefix(id, anId(100 + slice))}abc/manifest.json.out`, "{}");
    }
  objects.put("to-process/a.jsonl", "{}");
  objects.put("processed/a.jsonl/summary.json", "{}");
  return objects;
}

test("everything of the submission goes, page by page, and nothing of anything else", async () => {
  const objects = bucketWith(7, { listPageKeys: 3 });
  await sweepUp(objects, mine);
  const left = objects.keys();
  expect(left.filter((key) => key.includes(mine))).toEqual([]);
  expect(left.filter((key) => key.includes(others))).toHaveLength(28);
  expect(left).toContain("to-process/a.jsonl");
  expect(left).toContain("processed/a.jsonl/summary.json");
});

test("sweeping again finds nothing and is no error", async () => {
  const objects = bucketWith(1);
  await sweepUp(objects, mine);
  const left = objects.keys();
  await sweepUp(objects, mine);
  expect(objects.keys()).toEqual(left);
});

test("a call stops at its bound and says so, and further calls come to the end", async () => {
  const objects = bucketWith(30, { listPageKeys: 1 });
  await expect(sweepUp(objects, mine)).rejects.toThrow(/next try/);
  expect(objects.keys(settledPrefix(mine)).length).toBeGreaterThan(0);
  for (let call = 1; call < 50; call++) await sweepUp(objects, mine).catch(() => {});
  expect(objects.keys().filter((key) => key.includes(mine))).toEqual([]);
});

test("the bound is fifty pages, and just as many are no error", async () => {
  const objects = bucketWith(0, { listPageKeys: 1 });
  for (let page = 0; page < 50; page++) objects.put(`${preparedPrefix(mine)}run/${page}.jsonl`, "{}");
  await sweepUp(objects, mine);
  for (let page = 0; page < 51; page++) objects.put(`${preparedPrefix(mine)}run/${page}.jsonl`, "{}");
  await expect(sweepUp(objects, mine)).rejects.toThrow("More than 50 pages");
  expect(objects.keys(preparedPrefix(mine))).toHaveLength(1);
});

test("a run that lost the commit takes its own files away, and no other's", async () => {
  const objects = bucketWith(2);
  objects.put(`${preparedPrefix(mine)}loser/0.jsonl`, "{}");
  await sweepUpRun(objects, mine, "loser");
  expect(objects.keys(preparedPrefix(mine))).toEqual(
    [0, 1].map((slice) => `${preparedPrefix(mine)}run/${slice}.jsonl`),
  );
});
