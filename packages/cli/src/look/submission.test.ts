import { advance, collectEvent, plan } from "@sluice/core";
import { aWorld, endJob, type MemoryWorld, settings } from "@sluice/testing";
import { expect, test } from "vitest";
import type { Site } from "../reach/sluice.ts";
import { submissionSheet } from "../view/submission.ts";
import { showSubmission } from "./submission.ts";

const MODEL = "anthropic.claude-3-haiku-20240307-v1:0";
const KEY = "to-process/a.jsonl";
const record = (id: string) =>
  `{"recordId":"${id}","modelInput":{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"x"}]}}\n`;

/** The site that a world in memory is. */
function siteOf(world: MemoryWorld): Site {
  const { stage, settings, store, objects, batch } = world;
  return {
    ...{ name: "test", stage, settings, store, objects, isRunning: true, pollMs: 1 },
    ...{ placeOf: (key: string) => key, checkRunning: async () => {}, close: async () => {} },
    ...{ command: (args: string) => `sluice ${args}`, hasContent: async () => false, trouble: async () => undefined },
    bedrockJob: (arn) => batch.get(arn),
    put: () => Promise.reject(new Error("Nothing is dropped here.")),
  };
}

test("show says how many records only fill its jobs up, and counts none of them as the user's", async () => {
  const lane = { models: [MODEL], limit: 1, minRecords: 4 };
  const world = aWorld({
    settings: settings({ lanes: { claude: lane }, routes: {}, default: { model: MODEL, small: "pad" } }),
  });
  const site = siteOf(world);
  await world.objects.put(KEY, record("a"));
  await plan(world, KEY);
  const [submission] = (await world.store.submissions.newest(1)).items;
  await endJob(world, world.batch.jobs[0]!, { status: "InProgress" });
  const shown = await showSubmission(site, submission!.submissionId);
  expect(shown.jobs).toMatchObject([{ records: 1, fillers: 3, soFar: { results: 1, errors: 0 } }]);
  expect(submissionSheet(shown)).toMatch(/fillers +3 records of nobody's/);
});

test("show says what a job waits for that has ended, and what was missing once it is settled without", async () => {
  const lane = { models: [MODEL], limit: 1, maxRecords: 4, minRecords: 2 };
  const world = aWorld({ settings: settings({ lanes: { claude: lane }, routes: {}, default: { model: MODEL } }) });
  const { store, objects } = world;
  const site = siteOf(world);
  await objects.put(KEY, ["a", "b", "c"].map(record).join(""));
  await plan(world, KEY);
  const [submission] = (await store.submissions.newest(1)).items;
  const sheet = async () => submissionSheet(await showSubmission(site, submission!.submissionId));
  const end = await endJob(world, world.batch.jobs[0]!, { skips: (id) => id === "b" });
  const keys: string[] = await objects.keys("output/");
  const manifests = keys.filter((key) => key.endsWith("manifest.json.out"));
  await objects.delete(manifests);
  expect(await sheet()).not.toContain("output is not all there");
  await advance(world, end);
  await collectEvent(world, end);
  expect(await sheet()).toContain(`job 1: its output is not all there: ${manifests[0]} is not there or not readable`);
  world.clock.pass(world.timings.outputMs);
  await collectEvent(world, end);
  expect(await sheet()).toContain("job 1: settled on an output that was not all there: ");
});

test("show says that jobs wait whose model left the settings, how many, and what to do; and not of those that run", async () => {
  const lane = (model: string, limit: number) => ({ models: [model], limit, maxRecords: 2, minRecords: 2 });
  const deploy = (model: string) => settings({ lanes: { some: lane(model, 1) }, routes: {}, default: { model } });
  const world = aWorld({ settings: deploy(MODEL) });
  await world.objects.put(KEY, ["a", "b", "c", "d", "e", "f"].map(record).join(""));
  await plan(world, KEY);
  const [submission] = (await world.store.submissions.newest(1)).items;
  const warnings = async () => (await showSubmission(siteOf(world), submission!.submissionId)).warnings;
  expect(await warnings()).toEqual([]);
  world.settings = deploy("amazon.nova-lite-v1:0");
  expect(await warnings()).toEqual([
    `2 jobs wait, and the model ${MODEL} is in no lane of the settings. Add it to a lane and they run; or drop the records again under another model.`,
  ]);
});
