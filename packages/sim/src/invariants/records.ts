import { isEnded, jobNameOf, type Submission } from "@sluice/core";
import type { MemoryObjects, MemoryStore } from "@sluice/testing";
import type { BatchOutput } from "../bedrock/output.ts";
import type { Dropped } from "../script/dropped.ts";
import { Violation } from "./violation.ts";

/** What the check of the records looks at. */
export interface Ledger {
  stage: string;
  store: MemoryStore;
  objects: MemoryObjects;
  output: BatchOutput;
  drops: readonly Dropped[];
}

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

/** A content that lies under one key, however often it was dropped there, is run by one submission. */
async function checkContent({ store, drops }: Ledger, content: string): Promise<void> {
  const same = drops.filter((dropped) => dropped.content === content);
  const found = await Promise.all(same.map(({ submissionId }) => store.submissions.get(submissionId)));
  const runs = found.filter((submission) => submission?.status === "Done").length;
  const isRepeated = found.some((submission) => submission?.problem?.code === "Repeated");
  if (runs > 1) throw new Violation("4: paid once", `the content of ${content} was run by ${runs} submissions.`);
  if (runs === 0 && isRepeated)
    throw new Violation(
      "3: every record once",
      `the content of ${content} was refused as repeated, and nobody ran it.`,
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
  checkLines(ledger, dropped, results, errors, fail);
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
