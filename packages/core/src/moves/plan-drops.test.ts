import { gzipSync } from "node:zlib";
import { aWorld, type MemoryWorld, settings } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { findDrops } from "./drops.ts";
import { plan } from "./plan.ts";

/** A lane and a route for each model, that takes files however small. */
const models = {
  claude: "anthropic.claude-3-haiku-20240307-v1:0",
  nova: "amazon.nova-lite-v1:0",
  titan: "amazon.titan-embed-text-v2:0",
  "titan-image": "amazon.titan-embed-image-v1",
  cohere3: "cohere.embed-english-v3",
  "gpt-oss": "openai.gpt-oss-20b-1:0",
  narrow: "meta.llama3-1-8b-instruct-v1:0",
};
const everyModel = () =>
  settings({
    lanes: Object.fromEntries(
      Object.entries(models).map(([name, model]) => [
        name,
        { models: [model], limit: 3, minRecords: 1, ...(name === "narrow" && { maxBytes: 8_000 }) },
      ]),
    ),
    routes: Object.fromEntries(Object.entries(models).map(([name, model]) => [name, { model }])),
    default: { model: models.claude },
  });

let world: MemoryWorld;
beforeEach(() => {
  world = aWorld({ settings: everyModel() });
});

const claude = (text = "Name a river.") => ({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 64,
  messages: [{ role: "user", content: text }],
});
const nova = { messages: [{ role: "user", content: [{ text: "Name a river." }] }], inferenceConfig: { maxTokens: 64 } };
const record = (recordId: string, modelInput: object = claude()) => JSON.stringify({ recordId, modelInput });
const jsonl = (...lines: string[]) => lines.map((line) => `${line}\n`).join("");
const records = (from: number, to: number, modelInput?: object) =>
  jsonl(...Array.from({ length: to - from + 1 }, (_, at) => record(`r${from + at}`, modelInput)));
/** A record between two good ones. */
const amid = (bad: object, good: object) => jsonl(record("r1", good), record("r2", bad), record("r3", good));

/** Plans a drop; what became of it, with the ids of the records that run. */
async function planned(path: string, bytes: Uint8Array | string) {
  const key = `to-process/${path}`;
  world.objects.put(key, bytes);
  await plan(world, key);
  const [submission] = (await world.store.submissions.newest(1)).items;
  const inputs = world.objects.keys("staging/").filter((name) => /part-\d+\.jsonl$/.test(name));
  const run = inputs
    .flatMap((input) => world.objects.text(input).split("\n"))
    .filter((line) => line !== "")
    .map((line): string => JSON.parse(line).recordId);
  const planKey = world.objects.keys("staging/").find((name) => name.endsWith("/plan.json"));
  const kept = planKey === undefined ? undefined : JSON.parse(world.objects.text(planKey));
  const errorsKey = kept?.errorsKey ?? world.objects.keys("processed/").find((name) => name.endsWith("/errors.jsonl"));
  const errors = errorsKey === undefined ? [] : world.objects.text(errorsKey).split("\n").filter(Boolean);
  return { submission, run, errors: errors.map((line) => JSON.parse(line)), warnings: kept?.warnings ?? [] };
}

describe("what tools leave in the folder", () => {
  test.each([
    ["spark/run=1/_SUCCESS", ""],
    ["spark/run=1/.part-00000.jsonl.crc", "crc\0\0\0\u0002"],
    ["spark/run=1/part-00001.jsonl.crc", "crc\0\0\0\u0002"],
    ["spark/run=1/_temporary/0/task_0001/part-00000.jsonl", records(1, 5)],
    ["edit/calls.jsonl~", records(1, 5)],
    ["edit/calls.jsonl.tmp", records(1, 5)],
    ["up/calls.jsonl.filepart", records(1, 5)],
    ["mac/.DS_Store", "\0\0\0\u0001Bud1"],
  ])("%s is no submission, is told once, and is not found again", async (path, bytes) => {
    const { submission } = await planned(path, bytes);
    expect(submission).toBeUndefined();
    expect(world.entries.map(({ level, event }) => [level, event])).toEqual([["info", "dropIgnored"]]);
    await findDrops(world);
    expect(world.messages.take(world.clock.now())).toBeUndefined();
  });

  test("does not keep the files beside it from running", async () => {
    const { run, errors } = await planned("spark/run=1/part-00000.jsonl", records(1, 5));
    expect([run, errors]).toEqual([["r1", "r2", "r3", "r4", "r5"], []]);
  });
});

/** The head of a POSIX archive with one file in it. */
function tar(content: string): Buffer {
  const head = Buffer.alloc(512);
  head.write("calls-1.jsonl", 0);
  head.write("ustar  ", 257);
  return Buffer.concat([head, Buffer.from(content), Buffer.alloc(1_024)]);
}
const zip = (...names: string[]) =>
  Buffer.from(names.map((name) => `PK\u0003\u0004\u0014\0\u0006\0${"\0".repeat(18)}${name}`).join("\0"), "latin1");

describe("a file that is no JSONL is refused with its name, whatever it is called", () => {
  test.each<[string, Uint8Array | string, RegExp]>([
    ["arch/calls.tar", tar(records(1, 2)), /a tar archive.*Unpack/],
    ["arch/calls.tar.gz", gzipSync(tar(records(1, 2))), /a tar archive/],
    ["arch/calls.jsonl", zip("calls.jsonl"), /a zip archive/],
    ["arch/sheet.jsonl", zip("[Content_Types].xml", "xl/workbook.xml"), /an Excel file/],
    ["arch/text.jsonl", zip("[Content_Types].xml", "word/document.xml"), /a Word file/],
    ["arch/old.jsonl", Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1), /an Excel or Word file/],
    ["arch/page.jsonl", "%PDF-1.7\n%\u00e2\n", /a PDF file/],
    ["arch/table.jsonl", `PAR1\u0015\u0004${"\0".repeat(200)}PAR1`, /a Parquet file.*JSONL/],
    ["arch/twice.gz", gzipSync(gzipSync(records(1, 2))), /gzip within gzip.*Unpack it once/],
    ["arch/clip.jsonl", "\0\0\0\u0018ftypmp42", /a video/],
    ["gz/torn.jsonl.gz", gzipSync(records(1, 200)).subarray(0, 400), /damaged or cut/],
    ["words/denied.jsonl", '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', /S3 as XML.*again/],
    ["words/feed.jsonl", "<rss><channel/></rss>", /is XML/],
    ["words/login.jsonl", "\n<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", /an HTML page.*sign-in/],
    ["words/table.csv", "id,prompt\n1,Name a river.\n2,Name a hill.\n", /a table \(CSV\).*csv\.DictReader/],
    ["words/table.tsv", "id\tprompt\n1\tName a river.\n", /a table/],
    [
      "words/openai.jsonl",
      jsonl(...[1, 2].map((n) => JSON.stringify({ custom_id: `c${n}`, method: "POST", url: "/v1", body: { n } }))),
      /Every line of the file is for OpenAI's batches.*jq -c/,
    ],
    [
      "words/anthropic.jsonl",
      jsonl(...[1, 2].map((n) => JSON.stringify({ custom_id: `c${n}`, params: { n } }))),
      /Every line of the file is for Anthropic's own batches.*jq -c/,
    ],
    ["words/bodies.jsonl", jsonl(JSON.stringify(claude()), JSON.stringify(claude())), /without modelInput.*jq -c/],
    ["words/results.jsonl", jsonl('{"recordId":"a","modelOutput":{}}'), /of results/],
  ])("%s", async (path, bytes, words) => {
    const { submission, errors } = await planned(path, bytes);
    expect(submission).toMatchObject({ status: "Refused", problem: { message: expect.stringMatching(words) } });
    expect(errors).toEqual([{ error: { ...submission?.problem, source: "input" } }]);
  });

  test("but one such line among records is that line's error", async () => {
    const { run, errors } = await planned("mixed.jsonl", jsonl(JSON.stringify(claude()), record("r1"), "a,b", "c,d"));
    expect(run).toEqual(["r1"]);
    expect(errors.map(({ line, error }) => [line, error.code])).toEqual([
      [1, "BareBody"],
      [3, "NotJson"],
      [4, "NotJson"],
    ]);
  });
});

describe("gzip", () => {
  const first = gzipSync(records(1, 3));
  const second = gzipSync(records(4, 6));
  const all = ["r1", "r2", "r3", "r4", "r5", "r6"];

  test.each([
    ["one behind the other", [first, second]],
    ["padded with zeros between them and behind them", [first, Buffer.alloc(800), second, Buffer.alloc(9_000)]],
    ["and an empty one among them", [first, gzipSync(""), Buffer.alloc(1), second]],
  ])("of several members, %s, is read whole, wherever its chunks end", async (_, parts) => {
    for (const chunkBytes of [1, 7, 65_536]) {
      world = aWorld({ settings: everyModel() });
      world.objects.chunkBytes = chunkBytes;
      const { run, errors, warnings } = await planned("gz/padded.jsonl.gz", Buffer.concat(parts));
      expect([run, errors, warnings]).toEqual([all, [], []]);
    }
  });

  test.each([
    ["text", Buffer.from("hello")],
    ["the first byte of gzip and then something else", Buffer.from([0x1f, 0x20, 0x20])],
    ["the first byte of gzip alone", Buffer.from([0x1f])],
  ])("with %s behind it is read, and what is left out is told", async (_, rest) => {
    for (const chunkBytes of [1, 65_536]) {
      world = aWorld({ settings: everyModel() });
      world.objects.chunkBytes = chunkBytes;
      const { run, errors, warnings } = await planned(
        "gz/rest.gz",
        Buffer.concat([first, Buffer.alloc(5), second, rest]),
      );
      expect([run, errors]).toEqual([all, []]);
      const at = first.length + 5 + second.length;
      expect(warnings).toEqual([
        { code: "BytesBehindGzip", message: expect.stringContaining(`byte ${at} `), count: 1, lines: [] },
      ]);
    }
  });

  test("whose second member is damaged is refused: some of its records are gone", async () => {
    const broken = Buffer.from(second);
    broken[broken.length - 6] = (broken[broken.length - 6] ?? 0) ^ 1;
    const { submission } = await planned("gz/broken.gz", Buffer.concat([first, broken]));
    expect(submission?.problem?.code).toBe("CorruptGzip");
  });
});

describe("a body that the model surely refuses is found with its line, and the others run", () => {
  test.each<[string, object, object, RegExp]>([
    ["claude-model.jsonl", { ...claude(), model: "claude-3-5-haiku-20241022" }, claude(), /^modelInput\.model: /],
    [
      "claude-options.jsonl",
      { ...claude(), max_completion_tokens: 100 },
      claude(),
      /max_completion_tokens.*max_tokens/,
    ],
    [
      "nova/openai-image.jsonl",
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:" } }] }], max_tokens: 50 },
      nova,
      /max_tokens/,
    ],
    ["nova/claude-body.jsonl", { ...claude(), messages: nova.messages }, nova, /anthropic_version/],
    ["titan/dimensions.jsonl", { inputText: "a river", dimensions: 300 }, { inputText: "a river" }, /dimensions.*256/],
    [
      "cohere3/many.jsonl",
      { texts: Array.from({ length: 97 }, (_, n) => `text ${n}`), input_type: "search_document" },
      { texts: ["a river"], input_type: "search_document" },
      /texts.*96/,
    ],
  ])("%s", async (path, bad, good, words) => {
    const { run, errors } = await planned(path, amid(bad, good));
    expect(run).toEqual(["r1", "r3"]);
    expect(errors).toEqual([
      {
        line: 2,
        recordId: "r2",
        error: { code: "BadModelInput", message: expect.stringMatching(words), source: "input" },
      },
    ]);
  });

  const chat = [
    { role: "developer", content: "Answer briefly." },
    { role: "user", content: "Name a river." },
  ];
  const toolHistory = {
    ...claude(),
    tools: [{ name: "level", description: "Water level", input_schema: { type: "object" } }],
    messages: [
      { role: "user", content: "How high is the river?" },
      { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "level", input: { river: "Elbe" } }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "2.1 m" }] },
    ],
  };
  test.each([
    ["gpt-oss/developer.jsonl", { messages: chat, max_completion_tokens: 64, model: "openai.gpt-oss-20b-1:0" }],
    ["claude-tools.jsonl", toolHistory],
    ["titan-image/picture.jsonl", { inputImage: "iVBORw0KGgo=", embeddingConfig: { outputEmbeddingLength: 384 } }],
  ])("%s has nothing to refuse", async (path, input) => {
    const { run, errors, warnings } = await planned(path, records(1, 3, input));
    expect([run, errors, warnings]).toEqual([["r1", "r2", "r3"], [], []]);
  });

  test("what is only suspicious runs, and is told once with its first lines", async () => {
    const { run, warnings } = await planned("hot.jsonl", records(1, 9, { ...claude(), temperature: 1, top_p: 0.5 }));
    expect(run).toHaveLength(9);
    expect(warnings).toEqual([
      { code: "DoubtfulInput", message: expect.stringMatching(/^modelInput\.top_p/), count: 9, lines: [1, 2, 3, 4, 5] },
    ]);
  });
});

describe("a line that people's tools wrote", () => {
  test("with a record_id keeps it, and it is told", async () => {
    const lines = [1, 2].map((n) => JSON.stringify({ record_id: `case-"${n}`, modelInput: claude() }));
    const { run, warnings } = await planned("ids/snake.jsonl", jsonl(...lines));
    expect(run).toEqual(['case-"1', 'case-"2']);
    expect(warnings).toEqual([
      { code: "OtherRecordId", message: "record_id: taken for the recordId", count: 2, lines: [1, 2] },
    ]);
  });

  test("with a record_id that is no string gets a name, and that is told", async () => {
    const { run, warnings } = await planned(
      "ids/number.jsonl",
      jsonl(JSON.stringify({ record_id: 7, modelInput: claude() })),
    );
    expect(run).toEqual(["sluice-line-1"]);
    expect(warnings).toMatchObject([
      { code: "OtherRecordId", message: expect.stringMatching(/^record_id: .*of its own/) },
    ]);
  });

  test("with Python's quotes is told so, and the others run", async () => {
    const repr = "{'recordId': 'r2', 'modelInput': {'prompt': 'Name a river.'}}";
    const { run, errors } = await planned("words/repr.jsonl", jsonl(record("r1"), repr, record("r3")));
    expect(run).toEqual(["r1", "r3"]);
    expect(errors).toMatchObject([
      { line: 2, error: { code: "NotJson", message: expect.stringContaining("json.dumps") } },
    ]);
  });

  test("on which two records stand gives both, and it is told", async () => {
    const bytes = `${records(1, 2)}${record("r3", claude("} {"))}${records(4, 6)}`;
    const { run, errors, warnings } = await planned("joined/two-on-a-line.jsonl", bytes);
    expect([run, errors]).toEqual([["r1", "r2", "r3", "r4", "r5", "r6"], []]);
    expect(warnings).toMatchObject([{ code: "JoinedRecords", count: 1, lines: [3] }]);
  });

  test("on which records stand among other things is one broken line", async () => {
    for (const line of [`${record("a")},${record("b")}`, `${record("a")}{`, `${record("a")}{'b': 1}`]) {
      world = aWorld({ settings: everyModel() });
      const { run, errors } = await planned("joined/odd.jsonl", jsonl(record("r1"), line));
      expect([run, errors.length]).toEqual([["r1"], 1]);
    }
  });
});

test("records just as large as fit into the lane's jobs two by two are seven records in four jobs", async () => {
  const input = { prompt: "x".repeat(3_900) };
  const { run, errors } = await planned("narrow/seven.jsonl", records(1, 7, input));
  expect(errors).toEqual([]);
  expect(run).toEqual(["r1", "r2", "r3", "r4", "r5", "r6", "r7"]);
});

describe("a drop that would make more jobs than its route's maxJobs", () => {
  const withMost = (maxJobs: number) =>
    settings({
      lanes: { claude: { models: [models.claude], limit: 3, minRecords: 1, maxRecords: 2 } },
      routes: { big: { model: models.claude, maxJobs: 4 } },
      default: { model: models.claude, maxJobs },
    });

  test("is refused with words, and makes just as many", async () => {
    world = aWorld({ settings: withMost(3) });
    const { submission, errors } = await planned("many.jsonl", records(1, 7));
    expect(submission?.problem).toEqual({
      code: "TooManyJobs",
      message: expect.stringMatching(/more than 3 jobs.*maxJobs/),
    });
    expect(errors).toHaveLength(7);
    expect((await planned("big/many.jsonl", records(1, 7))).run).toHaveLength(7);
    world = aWorld({ settings: withMost(3) });
    expect((await planned("many.jsonl", records(1, 6))).run).toHaveLength(6);
  });

  test("is one of more than 200 where the route says nothing", () => {
    expect(everyModel().default.maxJobs).toBe(200);
  });
});
