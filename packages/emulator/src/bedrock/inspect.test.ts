import { describe, expect, it } from "vitest";
import { claudeInput, inputLines, s3Input, started } from "./test-world.ts";

describe("Validating fails a job minutes after it was accepted", () => {
  const pretty = JSON.stringify({ recordId: "A", modelInput: claudeInput("hello") }, undefined, 2);
  it.each<[string, Record<string, string>, string, RegExp]>([
    ["an object that is not there", {}, "s3://bucket/in/a.jsonl", /does not exist/],
    ["a folder without JSONL", { "in/a.txt": "" }, "s3://bucket/in/", /no \.jsonl file/],
    ["a bucket without rights", {}, "s3://other-bucket/a.jsonl", /Access denied .* service role/],
    ["a way out of the bucket", {}, "s3://bucket/../a.jsonl", /Access denied/],
    ["pretty-printed JSON", { "in/a.jsonl": pretty }, "s3://bucket/in/a.jsonl", /Line 1 of a\.jsonl is not JSON/],
    ["a list", { "in/a.jsonl": "[1]" }, "s3://bucket/in/a.jsonl", /not a JSON object/],
    ["no modelInput", { "in/a.jsonl": "{}" }, "s3://bucket/in/a.jsonl", /has no modelInput/],
    ["99 records", { "in/a.jsonl": inputLines(99) }, "s3://bucket/in/a.jsonl", /\(99\) .* minimum of: 100/],
    ["121 in one", { "in/a.jsonl": inputLines(121) }, "s3://bucket/in/a.jsonl", /maximum of 120/],
    ["121 in two", { "in/a.jsonl": inputLines(60), "in/b.jsonl": inputLines(61) }, "s3://bucket/in", /\(121\) .* 120/],
    ["a big file", { "in/a.jsonl": "x".repeat(40_001) }, "s3://bucket/in/a.jsonl", /40001 bytes/],
    [
      "a big job",
      { "in/a.jsonl": "x".repeat(30_000), "in/b.jsonl": "x".repeat(30_001) },
      "s3://bucket/in/",
      /60001 bytes/,
    ],
  ])("for %s", async (_what, objects, uri, words) => {
    const limits = { maxRecords: 120, maxFileBytes: 40_000, maxJobBytes: 60_000 };
    const { put, create, until, get, statusesOf, events } = await started({ limits });
    for (const [key, text] of Object.entries(objects)) await put(key, text);
    const job = await create("job-1", s3Input(uri));
    await until("job-1", "Failed");
    expect(statusesOf("job-1")).toEqual(["Submitted", "Validating", "Failed"]);
    const { message = "", endTime, submitTime } = await get(job);
    expect(message).toMatch(words);
    expect(events.at(-1)?.detail.failureMessage).toBe(message);
    expect(Number(endTime) - Number(submitTime)).toBeGreaterThan(3 * 60_000);
  });

  it("for an output that the role may not write", async () => {
    const { put, create, until, get } = await started();
    await put("in/a.jsonl", inputLines(100));
    const outputDataConfig = { s3OutputDataConfig: { s3Uri: "s3://other-bucket/out/" } };
    const job = await create("job-1", { outputDataConfig });
    await until("job-1", "Failed");
    expect(await get(job)).toMatchObject({ message: expect.stringMatching(/Access denied .*other-bucket/) });
  });
});
