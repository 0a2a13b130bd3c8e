import { aJob, anId, MemoryObjects } from "@sluice/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { jobOutputPrefix, settledKeys } from "../bucket/keys.ts";
import type { EndedJob } from "../job/job.ts";
import type { EndedStatus } from "../job/status.ts";
import { settleOutput } from "./settle.ts";

type WrittenKind = "result" | "refusal";

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
          kind: fc.constantFrom<WrittenKind>("result", "refusal"),
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

const inputLine = (id: string, index: number) =>
  ` {"modelInput" : {"text":"${"日".repeat(index)}","n":1.50}, "recordId":${JSON.stringify(id)}}`;
const outputLine = ({ id, kind, copy }: DrawnJob["written"][number]) =>
  kind === "result"
    ? `{"modelInput":{"é":1e2},"modelOutput":{"copy":${copy},"text":"${"x".repeat(copy)}"}, "recordId":${JSON.stringify(id)} }`
    : `{"error":{"errorCode":${copy},"errorMessage":"no"},"recordId":${JSON.stringify(id)},"modelInput":{}}`;

function bucketOf({ ids, written, status, torn, chunkBytes, lineEnd }: DrawnJob): {
  objects: MemoryObjects;
  job: EndedJob;
} {
  const { status: _, ...facts } = aJob({ part: 7 });
  const outputPrefix = jobOutputPrefix(facts.submissionId, facts.jobId);
  const job: EndedJob = {
    ...facts,
    inputKey: `staging/${anId(9)}/run/7.jsonl`,
    outputPrefix,
    recordCount: ids.length,
    status,
    arn: "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/xyz",
    endedAt: 0,
    settled: false,
  };
  const objects = new MemoryObjects({ chunkBytes });
  objects.put(job.inputKey, ids.map(inputLine).join(lineEnd) + lineEnd);
  const promised = status === "Completed" || status === "PartiallyCompleted";
  const tail = torn && !promised ? '{"recordId":"' : "";
  objects.put(`${outputPrefix}xyz/7.jsonl.out`, written.map((line) => outputLine(line) + lineEnd).join("") + tail);
  if (promised)
    objects.put(`${outputPrefix}xyz/manifest.json.out`, JSON.stringify({ processedRecordCount: written.length }));
  return { objects, job };
}

/** What must come out, worked out in the simplest way. */
function expected({ ids, written }: DrawnJob) {
  const first = ids.map((id) => {
    const own = written.filter((line) => line.id === id);
    return own.find(({ kind }) => kind === "result") ?? own[0];
  });
  return {
    results: first.flatMap((line) => (line?.kind === "result" ? [outputLine(line)] : [])),
    errors: ids.flatMap((id, index) => (first[index]?.kind === "result" ? [] : [{ id, index, line: first[index] }])),
  };
}

const linesOfText = (text: string) => text.split("\n").slice(0, -1);

test("every record ends as exactly one line, in the input's order, whatever the output's order and the budget", async () => {
  await fc.assert(
    fc.asyncProperty(story, async (given) => {
      const { objects, job } = bucketOf(given);
      const keys = settledKeys(job.submissionId, job.part);
      const settled = await settleOutput(objects, job, { budgetBytes: given.budgetBytes });
      const results = objects.text(keys.results);
      const errors = objects.text(keys.errors);
      const { results: wanted, errors: wantedErrors } = expected(given);

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
        expect([error.source, error.status]).toEqual(line === undefined ? ["job", undefined] : ["model", line.copy]);
      }

      const again = await settleOutput(objects, job, { budgetBytes: 64_000_000 - given.budgetBytes });
      expect(again).toEqual(settled);
      expect(objects.text(keys.results)).toBe(results);
      expect(objects.text(keys.errors)).toBe(errors);
    }),
    { numRuns: 400 },
  );
});
