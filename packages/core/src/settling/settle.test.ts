import { beforeEach, describe, expect, test } from "vitest";
import type { EndedJob } from "../job/job.ts";
import { settleOutput } from "./settle.ts";
import { ARN, aJob, counts, IDS, INPUT, input, jobId, lines, refusal, result, Story } from "./settle-stories.ts";

const COMPANY = "A dropped file needs as many records as its lane's minRecords.";

let story: Story;
beforeEach(() => {
  story = new Story();
});

describe("a completed job", () => {
  test("whose output is in order gives Bedrock's lines byte for byte, in one pass that holds nothing", async () => {
    story.bedrockWrote(lines(...IDS.map(result)), { ...counts(4), inputTokenCount: 17, outputTokenCount: 54 });
    expect(await story.settle({}, { budgetBytes: 0 })).toEqual({
      results: 4,
      errors: 0,
      totalRecords: 4,
      processedRecords: 4,
      inputTokens: 17,
      outputTokens: 54,
    });
    expect(story.results).toBe(lines(...IDS.map(result)));
    expect(story.errors).toEqual([]);
    expect(story.outputReads).toBe(1);
  });

  test("whose output is shuffled gives results in the input's order, in one pass where the budget holds it", async () => {
    story.bedrockWrote(lines(...["d", "b", "c", "a"].map(result)), counts(4));
    expect(await story.settle()).toMatchObject({ results: 4, errors: 0 });
    expect(story.results).toBe(lines(...IDS.map(result)));
    expect(story.outputReads).toBe(1);
  });

  test("whose output is reversed and larger than the budget is read again, and loses nothing", async () => {
    story.bedrockWrote(lines(...["d", "c", "b", "a"].map(result)), counts(4));
    expect(await story.settle({}, { budgetBytes: 0 })).toMatchObject({ results: 4, errors: 0 });
    expect(story.results).toBe(lines(...IDS.map(result)));
    expect(story.outputReads).toBe(4);
  });

  test("with records that the model refused gives their input lines, each with Bedrock's own error", async () => {
    story.bedrockWrote(lines(result("a"), refusal("c"), result("d"), refusal("b", "too long")), counts(4, 2));
    expect(await story.settle()).toMatchObject({ results: 2, errors: 2 });
    expect(story.results).toBe(lines(result("a"), result("d")));
    const error = { code: "ModelError", message: "too long", source: "model", status: 400 };
    expect(story.errors).toEqual([
      { ...JSON.parse(input("b")), error, jobId },
      { ...JSON.parse(input("c")), error: { ...error, message: "max_tokens: required" }, jobId },
    ]);
    expect(story.errorsText.startsWith(input("b").slice(0, -1))).toBe(true);
  });

  test("that left records out gives them as errors that can be dropped again", async () => {
    story.bedrockWrote(lines(result("d"), result("a")), counts(2));
    expect(await story.settle()).toMatchObject({ results: 2, errors: 2 });
    expect(story.outputReads).toBe(1);
    expect(story.errors.map(({ recordId, error }) => [recordId, error.code, error.source])).toEqual([
      ["b", "NotProcessed", "job"],
      ["c", "NotProcessed", "job"],
    ]);
  });

  test("that has a record twice counts a result before an error, and otherwise the first of its lines", async () => {
    const again = result("b").replace("3053", "3054");
    story.bedrockWrote(
      lines(refusal("a"), ...["a", "b"].map(result), again, refusal("c", "first"), refusal("c"), result("d")),
      counts(4, 1),
    );
    expect(await story.settle()).toMatchObject({ results: 3, errors: 1 });
    expect(story.results).toBe(lines(...["a", "b", "d"].map(result)));
    expect(story.errors).toMatchObject([{ recordId: "c", error: { message: "first" } }]);
  });

  test("that has records which are not ours, or lines that are no records, settles ours all the same", async () => {
    story.bedrockWrote(lines(...IDS.map(result), result("x"), "[1]", "null", '{"recordId":7}', " "), counts(8));
    expect(await story.settle()).toMatchObject({ results: 4, errors: 0, strayAnswers: 2, unreadableAnswers: 2 });
    expect(story.results).toBe(lines(...IDS.map(result)));
    expect(story.strays).toBe(lines(result("x"), '{"recordId":7}'));
  });

  test("keeps a modelOutput that was paid for, also beside an error of null", async () => {
    const odd = '{"recordId":"a","error":null,"modelOutput":{"x":12345678901234567890}}';
    story.bedrockWrote(lines(odd, ...["b", "c", "d"].map(result)), counts(4));
    expect(await story.settle()).toMatchObject({ results: 4 });
    expect(story.results.split("\n")[0]).toBe(odd);
  });

  test("a line with neither modelOutput nor message is an error in words", async () => {
    story.bedrockWrote(lines('{"recordId":"a","modelOutput":null}', ...["b", "c", "d"].map(result)), counts(4));
    await story.settle();
    expect(story.errors[0].error).toEqual({
      code: "ModelError",
      message: expect.stringMatching(/neither a modelOutput nor an error message.*Drop this line again/),
      source: "model",
    });
  });

  test("a record that failed before and fails again shows its newest error", async () => {
    story.bedrockWrote(lines(...IDS.map((id) => refusal(id, "new"))), counts(4, 4));
    story.put(INPUT, lines(...IDS.map((id) => `{"recordId":"${id}","modelInput":{},"error":{"code":"Old"}}`)));
    await story.settle();
    expect(story.errors.map(({ error }) => error.message)).toEqual(["new", "new", "new", "new"]);
  });
});

describe("a job that ended without success", () => {
  test("PartiallyCompleted: what was delivered is used, and the rest are errors with the reason", async () => {
    story.bedrockWrote(lines(result("c"), result("a")), counts(2));
    expect(await story.settle({ status: "PartiallyCompleted", message: "Timed out." })).toMatchObject({
      results: 2,
      errors: 2,
      processedRecords: 2,
    });
    expect(story.results).toBe(lines(result("a"), result("c")));
    const { error } = story.errors[0];
    expect(error.code).toBe("NotProcessed");
    expect(error.message).toBe(
      `Job ${jobId} (${ARN}) ran out of time before it came to this record: Timed out. Drop this line again as it is. ${COMPANY}`,
    );
  });

  test("PartiallyCompleted with nothing processed needs no output lines", async () => {
    story.bedrockWrote(undefined, counts(0));
    expect(await story.settle({ status: "PartiallyCompleted" })).toMatchObject({ results: 0, errors: 4 });
  });

  test.each([
    ["Failed", "JobFailed", /failed: no access to s3\. Mend the cause/],
    ["Expired", "JobExpired", /expired .*: no access to s3\. Drop this line again.*timeoutHours/],
    ["Stopped", "JobStopped", /was stopped .*: no access to s3\. Drop this line again/],
  ] as const)("%s: without any output, every record is an error that says why", async (status, code, words) => {
    story.bedrockWrote(undefined, undefined);
    expect(await story.settle({ status, message: "no access to s3" })).toEqual({ results: 0, errors: 4 });
    expect(story.errors.map(({ recordId }) => recordId)).toEqual(IDS);
    for (const { error } of story.errors) expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
    expect(story.results).toBe("");
  });

  test("Stopped: what exists is used, a torn last line is not", async () => {
    story.bedrockWrote(lines(result("d"), refusal("b")) + result("a").slice(0, -3), undefined);
    expect(await story.settle({ status: "Stopped" })).toEqual({ results: 1, errors: 3, unreadableAnswers: 1 });
    expect(story.results).toBe(lines(result("d")));
    expect(story.errors.map(({ recordId, error }) => [recordId, error.source])).toEqual([
      ["a", "job"],
      ["b", "model"],
      ["c", "job"],
    ]);
  });

  test("Failed without ever reaching Bedrock: every record is an error", async () => {
    story.bedrockWrote(undefined, undefined);
    const { arn: _, ...neverCreated } = aJob;
    const refused: EndedJob = { ...neverCreated, status: "Failed", message: "The model is unknown." };
    expect(await settleOutput(story, refused)).toEqual({ results: 0, errors: 4 });
    expect(story.errors[0].error.message).toContain("which never reached Bedrock, failed: The model is unknown. Mend");
  });
});
