import { beforeEach, describe, expect, test } from "vitest";
import { ObjectChanged, OutputIncomplete } from "../errors.ts";
import type { Piece } from "../ports/objects.ts";
import { ARN, counts, IDS, INPUT, input, jobId, lines, OUTPUT, refusal, result, Story } from "./settle-stories.ts";

const MAX_MANIFEST_BYTES = 1_000_000;

let story: Story;
beforeEach(() => {
  story = new Story();
});

/** A manifest of exactly so many bytes. */
function manifestOf(sizeBytes: number): string {
  const bare = JSON.stringify({ ...counts(2), note: "" });
  return JSON.stringify({ ...counts(2), note: "x".repeat(sizeBytes - bare.length) });
}

describe("the manifest", () => {
  test("may name successes and errors alone: together they are what was processed", async () => {
    story.bedrockWrote(lines(...["a", "b", "c"].map(result)), { successRecordCount: 2, errorRecordCount: 1 });
    expect(await story.settle()).toMatchObject({ results: 3, errors: 1 });
    story.bedrockWrote(undefined, { successRecordCount: 3, errorRecordCount: 1 });
    await expect(story.settle()).rejects.toThrow(OutputIncomplete);
  });

  test("is quoted with what it promises where it does not agree, and what it does not say is unknown", async () => {
    story.bedrockWrote(lines(result("a")), { processedRecordCount: 3 });
    await expect(story.settle()).rejects.toThrow("promises 3 processed records of an unknown number");
    story.bedrockWrote(undefined, { processedRecordCount: 3, totalRecordCount: 4 });
    await expect(story.settle()).rejects.toThrow("promises 3 processed records of 4");
  });

  test("is read up to a megabyte; a larger object is none", async () => {
    story.bedrockWrote(lines(...["a", "b"].map(result)), manifestOf(MAX_MANIFEST_BYTES));
    expect(await story.settle()).toMatchObject({ results: 2 });
    story.bedrockWrote(undefined, manifestOf(MAX_MANIFEST_BYTES + 1));
    await expect(story.settle()).rejects.toThrow(/not there or not readable/);
  });

  test("of an end that promises nothing is not held against it", async () => {
    story.bedrockWrote(lines(result("a"), result("b")), counts(4));
    expect(await story.settle({ status: "Stopped" })).toMatchObject({ results: 2, errors: 2 });
  });

  test("leaves out of the outcome what it does not say", async () => {
    expect(await story.settle({ status: "Failed" })).toStrictEqual({ results: 0, errors: 4 });
  });
});

describe("a small budget", () => {
  test("is kept to: the output is read again, from where the first missing line lies", async () => {
    const pieces: Piece[] = [];
    const read = story.read.bind(story);
    story.read = (piece) => {
      if (piece.key === OUTPUT) pieces.push(piece);
      return read(piece);
    };
    story.bedrockWrote(lines(...["a", "d", "c", "b"].map(result)), counts(4));
    await story.settle({}, { budgetBytes: 500 });
    expect(story.results).toBe(lines(...IDS.map(result)));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces[1]?.start).toBeGreaterThan(0);
  });
});

describe("an object that changes while it is read", () => {
  test("is output that is not complete, if it is the output", async () => {
    story.bedrockWrote(lines(...["d", "c", "b", "a"].map(result)), counts(4));
    for (const change of [() => void story.put(OUTPUT, "x"), () => story.delete([OUTPUT])]) {
      story.bedrockWrote(lines(...["d", "c", "b", "a"].map(result)), undefined);
      story.outputReads = 0;
      story.beforeOutputRead = (read) => {
        if (read === 2) void change();
      };
      await expect(story.settle({}, { budgetBytes: 0 })).rejects.toThrow(OutputIncomplete);
    }
  });

  test.each(["Completed", "Failed"] as const)("is what it is, if it is the input of a job that %s", async (status) => {
    if (status === "Completed") story.bedrockWrote(lines(...IDS.map((name) => refusal(name))), counts(4, 4));
    let reads = 0;
    const read = story.read.bind(story);
    story.read = (piece) => {
      if (piece.key === INPUT && ++reads === 2) story.put(INPUT, lines(...IDS.map(input)));
      return read(piece);
    };
    await expect(story.settle({ status })).rejects.toThrow(ObjectChanged);
  });
});

test("a bucket that breaks is no incomplete output, also where there is no output", async () => {
  const writer = story.writer.bind(story);
  story.writer = (key) => ({ ...writer(key), close: () => Promise.reject(new Error("The bucket broke.")) });
  await expect(story.settle({ status: "Failed" })).rejects.toThrow("The bucket broke.");
  expect(story.openWriters).toBe(0);
});

describe("the input", () => {
  test("is let go where it need not be read to its end", async () => {
    story.chunkBytes = 16;
    let open = 0;
    const read = story.read.bind(story);
    story.read = async function* (piece) {
      open++;
      try {
        yield* read(piece);
      } finally {
        open--;
      }
    };
    story.bedrockWrote(lines(refusal("a"), ...["b", "c", "d"].map(result)), counts(4, 1));
    expect(await story.settle()).toMatchObject({ errors: 1 });
    expect(open).toBe(0);
  });
});

describe("an error's words", () => {
  const messageOf = async (message: string | undefined) => {
    await story.settle({ status: "Failed", ...(message !== undefined && { message }) });
    return story.errors[0].error.message;
  };

  test("have the job's message without the marks at its end, and none where there is none", async () => {
    const head = `Job ${jobId} (${ARN}) failed`;
    const company = "A dropped file needs as many records as its lane's minRecords.";
    const tail = `Mend the cause, then drop this line again as it is. ${company}`;
    expect(await messageOf(" No access... ")).toBe(`${head}: No access. ${tail}`);
    expect(await messageOf(undefined)).toBe(`${head}. ${tail}`);
    expect(await messageOf(" . ")).toBe(`${head}. ${tail}`);
  });

  test("are ours where Bedrock gave none", async () => {
    const words = /neither a modelOutput nor an error message/;
    story.bedrockWrote(
      lines(refusal("a", ""), '{"recordId":"b","error":null}', result("c"), result("d")),
      counts(4, 2),
    );
    await story.settle();
    expect(story.errors.map(({ error }) => error.message)).toEqual([
      expect.stringMatching(words),
      expect.stringMatching(words),
    ]);
  });
});
