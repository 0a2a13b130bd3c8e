import { aJob, anId, MemoryObjects } from "@sluice/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { jobOutputPrefix, settledKeys } from "../bucket/keys.ts";
import type { EndedJob } from "../job/job.ts";
import type { EndedStatus } from "../job/status.ts";
import { settleOutput } from "./settle.ts";

type WrittenKind = "result" | "refusal" | "garbled" | "nameless";

interface DrawnJob {
  ids: string[];
  /** Bedrock's lines in the order in which it wrote them; an id may come several times, or be nobody's. */
  written: { id: string; kind: WrittenKind; copy: number }[];
  status: EndedStatus;
  /** Failed jobs may leave a torn line behind. */
  torn: boolean;
  budgetBytes: number;
  chunkBytes: number;
  lineEnd: "\n" | "\r\n";
}

const story: fc.Arbitrary<DrawnJob> = fc
  .uniqueArray(fc.string({ unit: "grapheme", maxLength: 12 }), { minLength: 1, maxLength: 24 })
  .chain((ids) =>
    fc.record({
      ids: fc.constant(ids),
      written: fc.array(
        fc.record({
          id: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: fc.string() }),
          kind: fc.constantFrom<WrittenKind>("result", "refusal", "refusal", "garbled", "nameless"),
          copy: fc.nat(999),
        }),
        { maxLength: 60 },
      ),
      status: fc.constantFrom<EndedStatus>("Completed", "PartiallyCompleted", "Failed", "Stopped", "Expired"),
      torn: fc.boolean(),
      budgetBytes: fc.oneof(fc.nat(4_000), fc.constantFrom(0, 1, 64_000_000)),
      chunkBytes: fc.integer({ min: 1, max: 300 }),
      lineEnd: fc.constantFrom("\n" as const, "\r\n" as const),
    }),
  );

const modelInput = (index: number) => `{"text":"${"日".repeat(index)}","n":1.50}`;
const inputLine = (id: string, index: number) =>
  ` {"modelInput" : ${modelInput(index)}, "recordId":${JSON.stringify(id)}}`;
/** What Bedrock writes of a record; its modelInput is the record's own where nothing else tells whose it is. */
const outputLine = ({ id, kind, copy }: DrawnJob["written"][number], ids: readonly string[]) =>
  ({
    result: `{"modelInput":{"é":1e2},"modelOutput":{"copy":${copy},"text":"${"x".repeat(copy)}"}, "recordId":${JSON.stringify(id)} }`,
    refusal: `{"error":{"errorCode":${copy},"errorMessage":"no"},"recordId":${JSON.stringify(id)},"modelInput":{}}`,
    garbled: `{"modelOutput":{"copy":${copy},"n":NaN},"recordId":${JSON.stringify(id)}}`,
    nameless: `{"modelOutput":{"copy":${copy}},"modelInput":{"n":1.5,"text":"${"日".repeat(ids.indexOf(id) === -1 ? 99 : ids.indexOf(id))}"}}`,
  })[kind];

function bucketOf({ ids, written, status, torn, chunkBytes, lineEnd }: DrawnJob): {
  objects: MemoryObjects;
  job: EndedJob;
} {
  const { status: _, ...facts } = aJob({ slice: 7 });
  const outputPrefix = jobOutputPrefix(facts.submissionId, facts.jobId);
  const job: EndedJob = {
    ...facts,
    inputKey: `staging/${anId(9)}/run/7.jsonl`,
    outputPrefix,
    recordCount: ids.length,
    status,
    arn: "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/xyz",
    endedAt: 0,
    done: false,
  };
  const objects = new MemoryObjects({ chunkBytes });
  objects.put(job.inputKey, ids.map(inputLine).join(lineEnd) + lineEnd);
  const promised = status === "Completed" || status === "PartiallyCompleted";
  const tail = torn && !promised ? '{"recordId":"' : "";
  const output = written.map((line) => outputLine(line, ids) + lineEnd).join("") + tail;
  objects.put(`${outputPrefix}xyz/7.jsonl.out`, output);
  if (promised)
    objects.put(`${outputPrefix}xyz/manifest.json.out`, JSON.stringify({ processedRecordCount: written.length }));
  return { objects, job };
}

/** The output that counts for a record: a result, else an error, else a line that names it, else one that was asked the same. */
function counting(id: string, written: DrawnJob["written"]): DrawnJob["written"][number] | undefined {
  const kinds: WrittenKind[] = ["result", "refusal", "garbled", "nameless"];
  const own = written.filter((line) => line.id === id);
  return kinds.flatMap((kind) => own.filter((line) => line.kind === kind))[0];
}

/** What must come out, worked out in the simplest way. */
function expected({ ids, written, status }: DrawnJob) {
  const all = ids.map((id, index) => ({ id, index, line: counting(id, written) }));
  const lineOf = (id: string, line: DrawnJob["written"][number]) =>
    outputLine(line, ids).replace("{", () => (line.kind === "nameless" ? `{"recordId":${JSON.stringify(id)},` : "{"));
  const nobodys = written.filter(({ id, kind }) => kind === "garbled" && !ids.includes(id)).length;
  const missing = all.filter(({ line }) => line === undefined).length;
  const promised = status === "Completed" || status === "PartiallyCompleted";
  const isResult = (line: DrawnJob["written"][number] | undefined) =>
    line?.kind === "result" || line?.kind === "nameless";
  return {
    results: all.flatMap(({ id, line }) => (line !== undefined && isResult(line) ? [lineOf(id, line)] : [])),
    errors: all.filter(({ line }) => !isResult(line)),
    missingCode: promised && missing <= nobodys ? "UnreadableAnswer" : undefined,
    garbled: written.filter(({ kind }) => kind === "garbled").length,
    strays: written.filter(
      (line) =>
        (line.kind === "nameless" && counting(line.id, ids.includes(line.id) ? written : []) !== line) ||
        (line.kind !== "nameless" && line.kind !== "garbled" && !ids.includes(line.id)),
    ).length,
  };
}

const linesOfText = (text: string) => text.split("\n").slice(0, -1);

test("every record ends as exactly one line, in the input's order, whatever the output's order and the budget", {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(story, async (given) => {
      const { objects, job } = bucketOf(given);
      const keys = settledKeys(job.submissionId, job.slice);
      const settled = await settleOutput(objects, job, { budgetBytes: given.budgetBytes });
      const results = objects.text(keys.results);
      const errors = objects.text(keys.errors);
      const { results: wanted, errors: wantedErrors, missingCode, garbled, strays } = expected(given);

      expect(settled.results + settled.errors).toBe(given.ids.length);
      expect(linesOfText(results)).toEqual(wanted);
      expect(linesOfText(errors)).toHaveLength(wantedErrors.length);
      for (const [at, text] of linesOfText(errors).entries()) {
        const { id, index, line } = wantedErrors[at] ?? { id: "", index: -1 };
        const original = inputLine(id, index);
        expect(text.startsWith(original.slice(0, -1))).toBe(true);
        const { error, jobId, ...rest } = JSON.parse(text);
        expect(rest).toEqual(JSON.parse(original));
        expect(jobId).toBe(job.jobId);
        const code = line === undefined ? missingCode : line.kind === "garbled" ? "UnreadableAnswer" : "ModelError";
        expect(error.code).toBe(code ?? error.code);
        expect(error.source).toBe(code === undefined ? "job" : "model");
        expect(error.status).toBe(line?.kind === "refusal" ? line.copy : undefined);
      }
      const isTorn = given.torn && !["Completed", "PartiallyCompleted"].includes(given.status);
      expect(settled.unreadableAnswers ?? 0).toBe(garbled + (isTorn ? 1 : 0));
      expect(settled.strayAnswers ?? 0).toBe(strays);

      const again = await settleOutput(objects, job, { budgetBytes: 64_000_000 - given.budgetBytes });
      expect(again).toEqual(settled);
      expect(objects.text(keys.results)).toBe(results);
      expect(objects.text(keys.errors)).toBe(errors);
    }),
    { numRuns: 400 },
  );
});
