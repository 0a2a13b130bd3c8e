import { describe, expect, test } from "vitest";
import { OutputIncomplete } from "../errors.ts";
import { aJob, INPUT, keys, lines, OUTPUT, Story } from "./settle-stories.ts";

const asked = (question: string) => `{"messages":[{"role":"user","content":"${question}"}]}`;
const RIVER = asked("Name a river.");
const LAKE = asked("Name a lake.");
const USAGE = '"usage":{"input_tokens":9,"output_tokens":4}';
const said = (text: string) => `{"type":"message","content":[{"type":"text","text":"${text}"}],${USAGE}}`;
/** A line of Bedrock's, its recordId last as Bedrock writes it. */
const answer = (id: string, text = "The Elbe.", question = RIVER) =>
  `{"modelInput":${question},"modelOutput":${said(text)},"recordId":${id === "1" ? 1 : `"${id}"`}}`;
const instead = (id: string, what: string) => `{"modelInput":${RIVER},${what},"recordId":"${id}"}`;
const abcd = (changed: Partial<Record<"a" | "b" | "c" | "d", string[]>> = {}) =>
  (["a", "b", "c", "d"] as const).flatMap((id) => changed[id] ?? [answer(id)]);
const counted = (processed: number, errors = 0) =>
  JSON.stringify({
    totalRecordCount: 4,
    processedRecordCount: processed,
    successRecordCount: processed - errors,
    errorRecordCount: errors,
  });

interface Case {
  /** What Bedrock left. */
  output: string[];
  /** The manifest, `counted(4)` if left out. */
  manifest?: string | null;
  input?: string[];
  status?: "Completed" | "Failed";
  /** Ids with an error, each with its code and words that its error must have. */
  errors?: Record<string, [code: string, ...words: (string | number)[]]>;
  strays?: number;
  unreadable?: number;
}

const cases: Record<string, Case> = {
  "an answer to nobody is given to nobody, and is kept": {
    output: abcd({ c: [answer("zz")] }),
    errors: { c: ["NotProcessed"] },
    strays: 1,
  },
  "an answer without an id is that of the only record that was asked this": {
    input: ["a", "b", "c", "d"].map((id) => `{"recordId":"${id}","modelInput":${id === "b" ? LAKE : RIVER}}`),
    output: abcd({ b: [`{"modelInput": ${LAKE},"modelOutput":${said("Lake Constance.")}}`] }),
  },
  "a byte-order mark in front is no part of a line": { output: [`\uFEFF${answer("a")}`, ...abcd().slice(1)] },
  "lines and manifest that agree on less are all there is": {
    output: abcd({ c: [], d: [] }),
    manifest: counted(2),
    errors: { c: ["NotProcessed"], d: ["NotProcessed"] },
  },
  "a result behind an error of the same id counts": {
    output: [...abcd({ b: [instead("b", '"error":{"errorCode":500,"errorMessage":"Internal error"}')] }), answer("b")],
  },
  "an answer of the type error answers nothing": {
    output: abcd({
      b: [instead("b", '"modelOutput":{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}')],
    }),
    errors: { b: ["ModelError", "Overloaded", "overloaded_error"] },
  },
  "an error within an error keeps its words": {
    output: abcd({
      b: [instead("b", '"error":{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: 9"}}')],
    }),
    errors: { b: ["ModelError", "max_tokens: 9", "invalid_request_error"] },
  },
  "an error beside a modelOutput of null is an error": {
    output: abcd({
      b: [instead("b", '"modelOutput":null,"error":{"errorCode":400,"errorMessage":"a content filter"}')],
    }),
    errors: { b: ["ModelError", "a content filter", 400] },
  },
  "an error that is a string is its words": {
    output: abcd({ b: [instead("b", '"error":"longer than the model takes"')] }),
    errors: { b: ["ModelError", "longer than the model takes"] },
  },
  "a code that is a name is kept": {
    output: abcd({
      b: [instead("b", '"error":{"errorCode":"ThrottlingException","errorMessage":"Too many tokens"}')],
    }),
    errors: { b: ["ModelError", "Too many tokens", "ThrottlingException"] },
  },
  "a failed job's answers were paid for": { status: "Failed", output: abcd() },
  "a manifest that counts too few does not matter where the output has every record": {
    output: abcd(),
    manifest: counted(3),
  },
  "nor does one that is empty": { output: abcd(), manifest: "" },
  "nor one that is missing": { output: abcd(), manifest: null },
  "nor one with other names": {
    output: abcd({ c: [instead("c", '"error":{"errorCode":400,"errorMessage":"too long"}')] }),
    manifest: '{"total":4,"processed":4}',
    errors: { c: ["ModelError", "too long", 400] },
  },
  "a number for an id is the string that was dropped": {
    input: ["1", "b", "c", "d"].map((id) => `{"recordId":"${id}","modelInput":${RIVER}}`),
    output: abcd({ a: [answer("1")] }),
  },
  "a record that failed before has one error, the new one": {
    input: ["a", "b", "c", "d"].map(
      (id) => `{"recordId":"${id}","modelInput":${RIVER}, "error":{"code":"JobExpired"},"jobId":"01M88Z"}`,
    ),
    output: abcd({ b: [instead("b", '"error":{"errorCode":400,"errorMessage":"still too long"}')] }),
    errors: { b: ["ModelError", "still too long", 400] },
  },
  "a result that comes twice is one": { output: abcd({ b: [answer("b"), answer("b")] }) },
  "a control character makes one answer unreadable": {
    output: abcd({ b: [answer("b", "x\u0001y")] }),
    errors: { b: ["UnreadableAnswer"] },
    unreadable: 1,
  },
  "NaN makes one answer unreadable": {
    output: abcd({ c: [instead("c", '"modelOutput":{"score":NaN}')] }),
    errors: { c: ["UnreadableAnswer"] },
    unreadable: 1,
  },
  "a raw line end in a text makes two unreadable lines of one answer": {
    output: abcd({ b: [answer("b", "one\ntwo")] }),
    errors: { b: ["UnreadableAnswer"] },
    unreadable: 2,
  },
  "a line that was cut is the answer of the one record that has none": {
    output: abcd({ d: [answer("d").slice(0, 40)] }),
    errors: { d: ["UnreadableAnswer"] },
    unreadable: 1,
  },
  "an error of an unknown shape is kept whole": {
    output: abcd({ b: [instead("b", '"error":{"why":"sleepy"}')] }),
    errors: { b: ["ModelError", "sleepy"] },
  },
};

const linesOf = (text: string) => text.split("\n").slice(0, -1);

function storyOf({ output, manifest = counted(4), input }: Case): Story {
  const story = new Story();
  story.put(INPUT, lines(...(input ?? abcd().map((_, n) => `{"recordId":"${"abcd"[n]}","modelInput":${RIVER}}`))));
  story.bedrockWrote(lines(...output), manifest ?? undefined);
  return story;
}

describe("what Bedrock leaves", () => {
  test.each(Object.entries(cases))("%s", async (_, given) => {
    for (const budgetBytes of [0, 64_000_000]) {
      const story = storyOf(given);
      const settled = await story.settle({ status: given.status ?? "Completed" }, { budgetBytes });
      const ids = linesOf(story.text(INPUT)).map((line) => JSON.parse(line).recordId);
      const errors = given.errors ?? {};
      for (const line of linesOf(story.results)) expect(line[0]).toBe("{");
      expect(linesOf(story.results).map((line) => JSON.parse(line).recordId)).toEqual(
        ids.filter((id) => errors[id] === undefined),
      );
      expect(story.errors.map(({ recordId }) => recordId)).toEqual(Object.keys(errors));
      for (const { recordId, error } of story.errors) {
        const [code, ...words] = errors[recordId] ?? [];
        expect(error.code).toBe(code);
        for (const word of words) expect(`${error.message} ${error.status}`).toContain(String(word));
      }
      for (const line of linesOf(story.errorsText))
        for (const member of ['"error":', '"jobId":']) expect(line.split(member)).toHaveLength(2);
      expect([settled.strayAnswers, settled.unreadableAnswers]).toEqual([given.strays, given.unreadable]);
    }
  });

  test("an answer without an id gets it, and everything else stays as it was", async () => {
    const story = storyOf(cases["an answer without an id is that of the only record that was asked this"]!);
    await story.settle();
    expect(linesOf(story.results)[1]).toBe(
      `{"recordId":"b","modelInput": ${LAKE},"modelOutput":${said("Lake Constance.")}}`,
    );
  });

  test("answers without an id to one question go to the records that were asked it, and the rest are kept", async () => {
    const nameless = ["Rhine", "Elbe", "Oder"].map((text) => `{"modelInput":${RIVER},"modelOutput":${said(text)}}`);
    const story = storyOf({ output: [...nameless, answer("a"), answer("d")] });
    expect(await story.settle()).toMatchObject({ results: 4, errors: 0, strayAnswers: 1 });
    expect(linesOf(story.results).map((line) => /"text":"(.*?)"/.exec(line)?.[1])).toEqual([
      "The Elbe.",
      "Rhine",
      "Elbe",
      "The Elbe.",
    ]);
    expect(story.strays).toBe(lines(nameless[2]!));
  });

  test("lines that cannot be read are kept byte for byte, also where they are no UTF-8", async () => {
    const story = storyOf({ output: [] });
    const broken = Buffer.concat([
      Buffer.from('{"recordId":"b","modelOutput":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    story.put(OUTPUT, Buffer.concat([Buffer.from(lines(...abcd({ b: [] }))), broken, Buffer.from("\n")]));
    expect(await story.settle()).toMatchObject({ results: 3, errors: 1, unreadableAnswers: 1 });
    expect(story.errors).toMatchObject([{ recordId: "b", error: { code: "UnreadableAnswer" } }]);
    expect(await story.bytesOf(keys.unreadable)).toEqual(Buffer.concat([broken, Buffer.from("\n")]));
  });
});

describe("an output that never agrees with its manifest", () => {
  const promisesMore: Case = { output: abcd({ c: [] }) };

  test("is waited for, and then settled on what there is, with the reason", async () => {
    const story = storyOf(promisesMore);
    await expect(story.settle()).rejects.toThrow(OutputIncomplete);
    expect(story.keys("settled/")).toEqual([]);
    const why = "it has 3 lines, and the manifest promises 4 processed records of 4";
    expect(await story.settle({}, { takesWhatIsThere: true })).toMatchObject({
      results: 3,
      errors: 1,
      incomplete: why,
    });
    expect(story.errors).toMatchObject([{ recordId: "c", error: { code: "NotProcessed" } }]);
  });

  test("or that has nothing at all is waited for, and then every record has its line", async () => {
    const story = storyOf({ output: [] });
    await story.delete([OUTPUT]);
    await expect(story.settle()).rejects.toThrow(/00003\.jsonl\.out is not there/);
    expect(await story.settle({}, { takesWhatIsThere: true })).toMatchObject({ results: 0, errors: aJob.recordCount });
  });
});
