import { MemoryObjects } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import type { ObjectWriter, Piece } from "../ports/objects.ts";
import type { SubmissionFacts } from "../submission/submission.ts";
import { type PrepareOptions, prepareDrop, readPrepared } from "./prepare.ts";
import { runKeys, writePrepared } from "./prepared.ts";

const KEY = "to-process/file.jsonl";
const ID = "01JAAAAAAAAAAAAAAAAAAAAAAA";
const FOLDER = `staging/${ID}/run1/`;
const lane = { models: ["m"], limit: 3, maxRecords: 10, minRecords: 2, maxBytes: 10_000_000 };

/** A bucket whose writes take a while, and that notes in which order things happen. */
class NotedObjects extends MemoryObjects {
  readonly notes: string[] = [];
  readonly types = new Map<string, string | undefined>();
  readonly open = new Set<string>();
  composing = 0;
  mostComposing = 0;
  /** Thrown by whatever happens next under this note. */
  breaksAt: string | undefined;

  #note(note: string): void {
    this.notes.push(note);
    if (note === this.breaksAt) throw new Error(`The bucket broke at ${note}.`);
  }

  override async *read(piece: Piece): AsyncIterable<Uint8Array> {
    this.#note("read");
    for await (const chunk of super.read(piece)) {
      this.#note("chunk");
      yield chunk;
    }
  }

  override writer(key: string, contentType?: string): ObjectWriter {
    const name = key.slice(FOLDER.length);
    this.types.set(name, contentType);
    this.open.add(name);
    const inner = super.writer(key);
    return {
      write: async (bytes) => {
        this.#note(`write ${name}`);
        await new Promise((resolve) => setImmediate(resolve));
        await inner.write(bytes);
        this.#note(`wrote ${name}`);
      },
      close: async () => {
        this.#note(`close ${name}`);
        await inner.close();
        this.open.delete(name);
      },
      abort: async () => {
        await inner.abort();
        this.open.delete(name);
      },
    };
  }

  override async compose(key: string, pieces: readonly Piece[], contentType?: string): Promise<void> {
    const name = key.slice(FOLDER.length);
    this.types.set(name, contentType);
    this.mostComposing = Math.max(this.mostComposing, ++this.composing);
    await new Promise((resolve) => setImmediate(resolve));
    this.#note(`compose ${name}`);
    await super.compose(key, pieces);
    this.composing--;
  }

  override async delete(keys: readonly string[]): Promise<void> {
    this.#note(`delete ${keys.length}`);
    await super.delete(keys);
  }
}

const good = (id: number, padding = 0) => `{"recordId":"r${id}","modelInput":{"text":"${"x".repeat(padding)}"}}\n`;
const goods = (count: number, padding = 0) => Array.from({ length: count }, (_, at) => good(at, padding)).join("");
/** So many broken lines make more than a block of errors. */
const BROKEN = "broken\n".repeat(12_000);

async function prepare(
  file: string,
  { breaksAt, chunkBytes = 500_000, ...options }: PrepareOptions & { breaksAt?: string; chunkBytes?: number } = {},
  given: Partial<typeof lane> = {},
) {
  const objects = new NotedObjects({ chunkBytes });
  const { etag, lastModified, sizeBytes } = objects.put(KEY, file);
  const facts = { submissionId: ID, bucket: objects.bucket, key: KEY, etag, lastModified, sizeBytes };
  const more = {
    seenAt: lastModified,
    lane: "l",
    modelId: "some.model",
    invocation: "InvokeModel",
    priority: 0,
  } as const;
  const drop: SubmissionFacts = { ...facts, ...more };
  objects.breaksAt = breaksAt;
  const preparing = prepareDrop(objects, drop, "run1", { ...lane, ...given }, options);
  return { objects, preparing };
}

const runsOf = ({ notes }: NotedObjects) => notes.filter((note, at) => note !== notes[at - 1]);

describe("while a drop is read", () => {
  test("what is written of it is out before more is read, so that memory stays bounded", async () => {
    const { objects, preparing } = await prepare(`${good(99)}${BROKEN}${goods(30, 100_000)}`);
    await preparing;
    const notes = runsOf(objects);
    const rewritten = ["write rewritten.jsonl", "wrote rewritten.jsonl"];
    const errors = ["write errors.jsonl", "wrote errors.jsonl"];
    const whileReading = notes.slice(0, notes.lastIndexOf("chunk"));
    expect(whileReading).toEqual(expect.arrayContaining([...rewritten, ...errors]));
    for (const [at, note] of notes.entries())
      if (note.startsWith("write ")) expect(notes[at + 1]).toBe(note.replace("write", "wrote"));
  });

  test("the same holds for the errors of a drop that is refused record by record", async () => {
    const refuse = { code: "UnknownModel", message: "No lane has it." };
    const { objects, preparing } = await prepare(goods(30, 100_000), { refuse });
    await preparing;
    const notes = runsOf(objects);
    expect(notes.slice(0, notes.lastIndexOf("chunk"))).toContain("wrote errors.jsonl");
  });

  test("a file that is refused as a whole is read once, and not to its end", async () => {
    const { objects, preparing } = await prepare(`[\n${goods(30, 100_000)}`);
    expect((await preparing).problem?.code).toBe("JsonArray");
    expect(objects.notes.filter((note) => note === "read")).toHaveLength(1);
    expect(objects.notes.filter((note) => note === "chunk")).toHaveLength(1);
  });

  test("a file whose head says that it is too large is not read at all", async () => {
    const file = goods(3);
    const limitOf = (maxInputBytes: number) => prepare(file, { limits: { maxInputBytes } });
    const refused = await limitOf(file.length - 1);
    expect((await refused.preparing).problem?.code).toBe("TooLarge");
    expect(refused.objects.notes).not.toContain("read");
    expect((await (await limitOf(file.length)).preparing).problem).toBeUndefined();
  });
});

describe("what is prepared", () => {
  test("is composed once a slice, eight at a time, under names that sort as the slices do", async () => {
    const { objects, preparing } = await prepare(goods(190));
    const { slices } = await preparing;
    const names = Array.from({ length: 19 }, (_, slice) => `part-${slice < 10 ? "000" : "00"}${slice}.jsonl`);
    expect(slices.map(({ inputKey }) => inputKey)).toEqual(names.map((name) => FOLDER + name));
    expect(objects.notes.filter((note) => note.startsWith("compose"))).toEqual(names.map((name) => `compose ${name}`));
    expect(objects.mostComposing).toBe(8);
    expect(objects.notes.filter((note) => note.startsWith("delete"))).toEqual([]);
  });

  test("has the types that its readers expect", async () => {
    const { objects, preparing } = await prepare(`${goods(3)}broken\n${good(4)}`);
    await preparing;
    const jsonl = "application/x-ndjson";
    expect(Object.fromEntries(objects.types)).toEqual({
      "part-0000.jsonl": jsonl,
      "rewritten.jsonl": jsonl,
      "errors.jsonl": jsonl,
      "plan.json": "application/json",
    });
    expect(objects.notes.filter((note) => note.startsWith("delete"))).toEqual(["delete 1"]);
  });

  test("names no errors where there are none", async () => {
    expect(await (await prepare(goods(3))).preparing).not.toHaveProperty("errorsKey");
  });

  test("is read back as it was written, wherever the bucket cuts it into chunks", async () => {
    const objects = new MemoryObjects({ chunkBytes: 1 });
    const problem = { code: "UnknownModel", message: "日本 – 100 % 😀" };
    const counts = { records: 1, results: 0, errors: 1 };
    const prepared = { slices: [] as [], counts, errorsKey: "e", problem };
    await writePrepared(objects, ID, "run1", prepared);
    expect(await readPrepared(objects, ID, "run1")).toStrictEqual(prepared);
    expect(runKeys(ID, "run1").plan).toBe(`${FOLDER}plan.json`);
  });

  test("stands in plan.json in the words of earlier versions, so that either goes on with the other's work", async () => {
    const { objects, preparing } = await prepare(goods(2));
    const { etag } = (await preparing).slices[0] ?? {};
    const slice = { inputKey: `${FOLDER}part-0000.jsonl`, etag, records: 2, sizeBytes: goods(2).length };
    const counts = { records: 2, results: 0, errors: 0 };
    expect(await preparing).toEqual({ slices: [{ slice: 0, ...slice }], counts });
    expect(JSON.parse(objects.text(`${FOLDER}plan.json`))).toEqual({ parts: [{ part: 0, ...slice }], counts });
    expect(await readPrepared(objects, ID, "run1")).toEqual(await preparing);
  });
});

describe("a bucket that breaks", () => {
  const belowMinimum = { minRecords: 999 };
  test.each<[string, string, string, Partial<typeof lane>]>([
    ["while good records are rewritten", `${good(99)}${BROKEN}${goods(30, 100_000)}`, "write rewritten.jsonl", {}],
    ["while errors are written", `${BROKEN}${BROKEN}${goods(30)}`, "write errors.jsonl", {}],
    ["while a slice is composed", goods(30), "compose part-0001.jsonl", {}],
    ["while a refused drop's errors are written", goods(30, 100_000), "write errors.jsonl", belowMinimum],
    ["while a drop is refused as a whole", "[]", "close errors.jsonl", {}],
    ["while the plan is written", goods(3), "write plan.json", {}],
    ["when it is asked for the drop", goods(3), "read", {}],
  ])("%s leaves no upload open and no plan", async (_, file, breaksAt, given) => {
    const { objects, preparing } = await prepare(file, { breaksAt }, given);
    await expect(preparing).rejects.toThrow(`The bucket broke at ${breaksAt}.`);
    expect([...objects.open]).toEqual([]);
    expect(objects.keys(FOLDER)).not.toContain(`${FOLDER}plan.json`);
  });

  test("nor does a refusal leave open what was written before it", async () => {
    const { objects, preparing } = await prepare(`${BROKEN}${BROKEN}${good(1)}`);
    expect((await preparing).problem?.code).toBe("BelowMinimum");
    expect([...objects.open]).toEqual([]);
    const pretty = await prepare(`${good(1).slice(0, -1)},\n[\n${BROKEN}${BROKEN}`, {}, { minRecords: 3 });
    await pretty.preparing;
    expect([...pretty.objects.open]).toEqual([]);
  });
});
