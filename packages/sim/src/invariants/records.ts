import { isEnded, jobNameOf, resultsFolders, type Submission } from "@sluice/core";
import type { MemoryObjects, MemoryStore } from "@sluice/testing";
import { type BatchOutput, NOBODY } from "../bedrock/output.ts";
import type { Dropped } from "../script/dropped.ts";
import type { RestoreScript } from "../script/script.ts";
import { Violation } from "./violation.ts";

/** What the check of the records looks at. */
export interface Ledger {
  stage: string;
  store: MemoryStore;
  objects: MemoryObjects;
  output: BatchOutput;
  drops: readonly Dropped[];
  restores: readonly RestoreScript[];
}

/** A drop's plan may come so long after it. */
const MOST_PLAN_DELAY_MS = 30 * 60_000;

/** The drops that are not through, in words. */
export async function unfinishedDrops({ store, drops }: Ledger): Promise<string[]> {
  const left: string[] = [];
  for (const { script, submissionId, jobIds } of drops) {
    const submission = await store.submissions.get(submissionId);
    if (submission === undefined) {
      if (!wasOverwritten(drops, script.name)) left.push(`${script.name} is no submission`);
    } else if (submission.status !== "Done" && submission.status !== "Refused")
      left.push(`${script.name} is ${submission.status} with ${submission.openJobs.size} open jobs`);
    for (const jobId of jobIds) {
      const job = await store.jobs.get(jobId);
      if (job !== undefined && !(isEnded(job) && job.done)) left.push(`job ${jobId} is ${job.status}, not done with`);
    }
  }
  return left;
}

/** Invariant 3: every dropped record is one line, in results if Bedrock gave it one, in errors otherwise. */
export async function checkRecords(ledger: Ledger): Promise<void> {
  const problem = ledger.output.problems[0];
  if (problem !== undefined) throw new Violation("3: every record once", problem);
  for (const dropped of ledger.drops) {
    const submission = await ledger.store.submissions.get(dropped.submissionId);
    if (submission?.problem?.code !== "Repeated" && submission !== undefined)
      await checkDrop(ledger, dropped, submission);
  }
  for (const { script } of ledger.drops) await checkContent(ledger, script.name);
}

/**
 * A content that lies under one key, however often it was dropped there, is run by one submission; unless the table was
 * made to forget which, and its results were not in the bucket yet.
 */
async function checkContent({ store, drops, objects, restores }: Ledger, content: string): Promise<void> {
  const same = drops.filter((dropped) => dropped.content === content);
  const wasForgotten = restores.some(({ takenAtMs, atMs }) =>
    same.some(({ script }) => script.atMs > takenAtMs - MOST_PLAN_DELAY_MS && script.atMs < atMs),
  );
  const found = await Promise.all(same.map(({ submissionId }) => store.submissions.get(submissionId)));
  const runs = found.filter((submission) => submission?.status === "Done").length;
  const isRepeated = found.some((submission) => submission?.problem?.code === "Repeated");
  if (runs > 1 && !wasForgotten)
    throw new Violation("4: paid once", `the content of ${content} was run by ${runs} submissions.`);
  if (runs === 0 && isRepeated && !same.some((dropped) => hasResults(objects, dropped)))
    throw new Violation(
      "3: every record once",
      `the content of ${content} was refused as repeated, and nobody ran it.`,
    );
}

function hasResults(objects: MemoryObjects, { key, submissionId }: Dropped): boolean {
  const { plain, own } = resultsFolders(key, submissionId);
  const summaries = [plain, ...own].map((folder) => `${folder}summary.json`);
  return summaries.some(
    (at) => objects.keys(at).length > 0 && JSON.parse(objects.text(at)).submissionId === submissionId,
  );
}

async function checkDrop(ledger: Ledger, dropped: Dropped, submission: Submission): Promise<void> {
  const { objects, drops } = ledger;
  const { script } = dropped;
  const fail = (what: string) => new Violation("3: every record once", `${script.name}: ${what}.`);
  const isDone = submission.status === "Done";
  const prefix = submission.folder;
  if (prefix === undefined) throw fail("it has no folder of results");
  const files = objects.keys(prefix);
  for (const name of ["results.jsonl", "errors.jsonl", "summary.json"])
    if (!files.includes(`${prefix}${name}`)) throw fail(`${prefix}${name} is missing`);
  const results = linesOf(objects, `${prefix}results.jsonl`);
  const errors = linesOf(objects, `${prefix}errors.jsonl`);
  if (!isDone && submission.problem?.code === "Overwritten") {
    if (!wasOverwritten(drops, script.name)) throw fail("it was refused as overwritten, and nobody overwrote it");
    return;
  }
  const check = isInputLost(ledger, dropped) ? checkWhatIsLeft : checkLines;
  check(ledger, dropped, results, errors, fail);
  checkKept(ledger, dropped, prefix, fail);
}

function checkLines(
  ledger: Ledger,
  dropped: Dropped,
  results: readonly OutcomeLine[],
  errors: readonly OutcomeLine[],
  fail: (what: string) => Violation,
): void {
  const { recordIds, brokenLines } = dropped;
  const expected = { results: [] as string[], errors: [] as string[] };
  for (const recordId of recordIds)
    (isResult(ledger, dropped, recordId) ? expected.results : expected.errors).push(recordId);
  const idsOf = (lines: readonly OutcomeLine[]) =>
    lines.filter(({ line }) => line === undefined).map(({ recordId }) => recordId);
  const compare = (what: string, have: readonly unknown[], want: readonly unknown[]) => {
    if (have.join() !== want.join()) throw fail(`its ${what} are [${have.join(" ")}] instead of [${want.join(" ")}]`);
  };
  compare("results", idsOf(results), expected.results);
  compare("errors", idsOf(errors), expected.errors);
  const broken = errors.flatMap(({ line }) => (line === undefined ? [] : [line]));
  compare("broken lines", broken, brokenLines);
}

/** True if neither what was prepared nor what was dropped is there any more: then nobody knows some of the records. */
function isInputLost({ stage, output, drops }: Ledger, { script, jobIds }: Dropped): boolean {
  const isLost = (jobId: string) => output.spoiled.get(jobNameOf(stage, jobId))?.isInputLost === true;
  return wasOverwritten(drops, script.name) && jobIds.some(isLost);
}

/** Even then each record is one line, and a result that has a name is given. */
function checkWhatIsLeft(
  ledger: Ledger,
  dropped: Dropped,
  results: readonly OutcomeLine[],
  errors: readonly OutcomeLine[],
  fail: (what: string) => Violation,
): void {
  const { recordIds, brokenLines } = dropped;
  const have = new Set(results.map(({ recordId }) => recordId));
  if (have.size + errors.length !== recordIds.length + brokenLines.length)
    throw fail(
      `${have.size} results and ${errors.length} errors are not ${recordIds.length + brokenLines.length} records`,
    );
  const missing = recordIds.filter((recordId) => isResult(ledger, dropped, recordId) && !have.has(recordId));
  const { nameless, strays } = spoiledOf(ledger, dropped);
  // What answers nobody may pass for a record where nobody knows the records any more.
  if (missing.length > nameless + strays) throw fail(`the results of ${missing.join(" ")} are lost`);
  for (const recordId of have)
    if (recordId !== NOBODY && !recordIds.includes(recordId ?? "")) throw fail(`${recordId} is none of its records`);
}

function spoiledOf({ stage, output }: Ledger, { jobIds }: Dropped) {
  const all = jobIds.flatMap((jobId) => output.spoiled.get(jobNameOf(stage, jobId)) ?? []);
  const sum = (of: "strays" | "garbled" | "nameless") => all.reduce((total, spoiled) => total + spoiled[of], 0);
  return { strays: sum("strays"), garbled: sum("garbled"), nameless: sum("nameless") };
}

/** What belongs to no record and what cannot be read is kept, each line of it. */
function checkKept(ledger: Ledger, dropped: Dropped, prefix: string, fail: (what: string) => Violation): void {
  const { objects } = ledger;
  const { strays, garbled } = spoiledOf(ledger, dropped);
  const countOf = (name: string) =>
    objects.keys(prefix).includes(`${prefix}${name}`) ? objects.text(`${prefix}${name}`).split("\n").length - 1 : 0;
  if (countOf("garbled.txt") !== garbled) throw fail(`garbled.txt has ${countOf("garbled.txt")} of ${garbled} lines`);
  const isShort = countOf("strays.jsonl") < strays;
  if (isShort && !isInputLost(ledger, dropped))
    throw fail(`strays.jsonl has ${countOf("strays.jsonl")} of ${strays} lines`);
}

/** True if the record has a result, and Bedrock was paid for it. */
function isResult({ stage, output }: Ledger, { jobIds }: Dropped, recordId: string): boolean {
  const outputs = jobIds.flatMap((jobId) => output.paid.get(`${jobNameOf(stage, jobId)}/${recordId}`) ?? []);
  if (outputs.length > 1) throw new Violation("4: paid once", `${recordId} has an output in ${outputs.length} jobs.`);
  return outputs[0]?.kind === "result";
}

/** True if another drop took this one's place in the bucket. */
function wasOverwritten(drops: readonly Dropped[], name: string): boolean {
  const own = drops.findIndex(({ script }) => script.name === name);
  return drops.slice(own + 1).some(({ key }) => key === drops[own]?.key);
}

interface OutcomeLine {
  recordId?: string;
  line?: number;
}

function linesOf(objects: MemoryObjects, key: string): OutcomeLine[] {
  return objects
    .text(key)
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as OutcomeLine);
}
