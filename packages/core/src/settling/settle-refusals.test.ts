import { beforeEach, describe, expect, test } from "vitest";
import { InputLost, OutputIncomplete } from "../errors.ts";
import { settleOutput } from "./settle.ts";
import { aJob, counts, IDS, INPUT, input, lines, OUTPUT, result, Story } from "./settle-stories.ts";

let story: Story;
beforeEach(() => {
  story = new Story();
});

describe("output that is not all there is never settled on", () => {
  const whole = lines(...IDS.map(result));
  const less = lines(...["a", "b", "c"].map(result));
  test.each<[string, string | undefined, object | string | undefined, RegExp]>([
    ["the manifest is missing", less, undefined, /manifest\.json\.out is not there/],
    ["the manifest is torn", less, '{"totalRec', /manifest\.json\.out is not there or not readable/],
    ["the manifest has other fields", less, { total: 4 }, /3 lines, and the manifest promises an unknown number/],
    ["the lines are missing", undefined, counts(4), /00003\.jsonl\.out is not there/],
    ["a line is missing", lines(result("a"), result("b"), result("c")), counts(4), /3 lines.* 4 processed records/],
    ["less than the lines that have a record", less, counts(2), /3 lines.* 2 processed records/],
  ])("%s", async (_, output, manifest, words) => {
    story.bedrockWrote(output, manifest);
    for (const status of ["Completed", "PartiallyCompleted"] as const) {
      const settled = story.settle({ status });
      await expect(settled).rejects.toThrow(OutputIncomplete);
      await expect(settled).rejects.toThrow(words);
    }
    expect(story.keys("settled/")).toEqual([]);
    expect(story.openWriters).toBe(0);
  });

  test("the ARN is not known", async () => {
    story.bedrockWrote(whole, counts(4));
    const { arn: _, ...neverCreated } = aJob;
    await expect(settleOutput(story, neverCreated)).rejects.toThrow(/its ARN is not known yet/);
  });

  test("Bedrock overwrites it while it is read", async () => {
    story.bedrockWrote(lines(...["d", "c", "b", "a"].map(result)), counts(4));
    story.beforeOutputRead = (read) => {
      if (read === 2) story.put(OUTPUT, whole);
    };
    await expect(story.settle({}, { budgetBytes: 0 })).rejects.toThrow(/was overwritten while it was read/);
    expect(story.keys("settled/")).toEqual([]);
    expect(story.openWriters).toBe(0);
    expect(await story.settle()).toMatchObject({ results: 4 });
  });
});

describe("a prepared input that is not what was planned settles nothing", () => {
  test.each([
    ["a record is missing", lines(...["a", "b", "c"].map(input)), /has 3 records, and the plan counted 4/],
    ["an id comes twice", lines(...["a", "b", "b", "d"].map(input)), /line 3 repeats the recordId/],
    ["a line has no recordId", lines("{}", ...["b", "c", "d"].map(input)), /line 1 is no record with a recordId/],
    ["a line is no JSON", lines("{", ...["b", "c", "d"].map(input)), /line 1 is no record with a recordId/],
  ])("%s", async (_, prepared, words) => {
    story.bedrockWrote(lines(...IDS.map(result)), counts(4));
    story.put(INPUT, prepared);
    await expect(story.settle()).rejects.toThrow(InputLost);
    await expect(story.settle()).rejects.toThrow(words);
    expect(story.keys("settled/")).toEqual([]);
  });

  test("it is gone", async () => {
    story.bedrockWrote(lines(...IDS.map(result)), counts(4));
    await story.delete([INPUT]);
    await expect(story.settle()).rejects.toThrow(`lost: ${INPUT} is not in the bucket`);
  });

  test("it was replaced, though by as many records", async () => {
    story.bedrockWrote(lines(...IDS.map(result)), counts(4));
    const inputEtag = (await story.head(INPUT))!.etag;
    expect(await story.settle({ inputEtag })).toMatchObject({ results: 4 });
    story.put(INPUT, lines(...["e", "f", "g", "h"].map(input)));
    await expect(story.settle({ inputEtag })).rejects.toThrow(`lost: ${INPUT} was replaced`);
  });
});
