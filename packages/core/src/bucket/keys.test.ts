import { anId } from "@sluice/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DROPS_PREFIX,
  ERRORS_NAME,
  MAX_KEY_BYTES,
  processedPrefix,
  RESULTS_NAME,
  resultsFolders,
  SUMMARY_NAME,
} from "./keys.ts";

const id = anId();
const sizeBytes = (text: string) => new TextEncoder().encode(text).length;
const NAMES = [RESULTS_NAME, ERRORS_NAME, SUMMARY_NAME];

/** Paths that S3 takes, many of them near and beyond the length at which they are cut. */
const path = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
    fc
      .tuple(fc.constantFrom("a", "é", "日", "🚰", "b/"), fc.nat(1_100), fc.string({ unit: "grapheme", maxLength: 8 }))
      .map(([unit, count, end]) => `${unit.repeat(Math.ceil(count / sizeBytes(unit)))}${end}`),
  )
  .filter((text) => text !== "" && sizeBytes(DROPS_PREFIX + text) <= MAX_KEY_BYTES);

test("a file's results lie below processed/ under the file's own path", () => {
  expect(processedPrefix("to-process/team a/データ.jsonl", true, id)).toBe("processed/team a/データ.jsonl/");
});

test("a later drop of the same key has a folder of its own inside", () => {
  expect(processedPrefix("to-process/a.jsonl", false, id)).toBe(`processed/a.jsonl/${id}/`);
});

test("a key that is not below to-process/ is refused with words", () => {
  expect(() => processedPrefix("staging/a.jsonl", true, id)).toThrow(/not below to-process\/.*Drop the file there/);
});

test("no key makes a result key longer than S3 allows, and the path is cut between characters", () => {
  fc.assert(
    fc.property(path, fc.boolean(), (text, owner) => {
      const prefix = processedPrefix(DROPS_PREFIX + text, owner, id);
      for (const name of NAMES) expect(sizeBytes(prefix + name)).toBeLessThanOrEqual(MAX_KEY_BYTES);
      const kept = prefix.slice("processed/".length).replace(/(~[0-9a-f]{16})?\/([0-9A-Z]{26}\/)?$/, "");
      expect(text.startsWith(kept)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("a path that is long but fits is not cut", () => {
  const fits = "x".repeat(900);
  expect(processedPrefix(DROPS_PREFIX + fits, true, id)).toBe(`processed/${fits}/`);
});

test("two keys never share a folder, not even where one of them is named like the cut form of the other", () => {
  fc.assert(
    fc.property(path, path, (one, other) => {
      const prefix = processedPrefix(DROPS_PREFIX + one, true, id);
      const cut = prefix.slice("processed/".length, -1);
      for (const rival of [other, cut])
        if (rival !== one) expect(processedPrefix(DROPS_PREFIX + rival, true, id)).not.toBe(prefix);
      if (one !== other)
        expect(processedPrefix(DROPS_PREFIX + one, false, id)).not.toBe(
          processedPrefix(DROPS_PREFIX + other, false, id),
        );
    }),
    { numRuns: 500 },
  );
});

test("long keys that differ only at their end have different folders", () => {
  const long = `${DROPS_PREFIX}${"日".repeat(330)}`;
  expect(processedPrefix(`${long}1`, true, id)).not.toBe(processedPrefix(`${long}2`, true, id));
});

describe("the folders that a submission can have", () => {
  const foldersOf = (text: string, submissionId = id): readonly string[] => {
    const { plain, own } = resultsFolders(DROPS_PREFIX + text, submissionId);
    return [plain, ...own];
  };
  /** Paths that are made to look like the folders of others. */
  const rival = fc
    .tuple(path, fc.constantFrom("", "/", "-2/", "-9/"), fc.boolean())
    .map(([text, end, lower]) => [text, `${text}/${lower ? id.toLowerCase() : id}${end}`.replace(/\/$/, "")] as const)
    .filter(([, text]) => sizeBytes(DROPS_PREFIX + text) <= MAX_KEY_BYTES);

  test("are the plain path, its id below that, and the same with a number", () => {
    const plain = "processed/team a/データ.jsonl/";
    expect(foldersOf("team a/データ.jsonl").slice(0, 3)).toEqual([plain, `${plain}${id}/`, `${plain}${id}-2/`]);
  });

  test("leave room for the names of the objects in S3's keys", () => {
    const property = fc.property(path, (text) => {
      for (const folder of foldersOf(text))
        for (const name of NAMES) expect(sizeBytes(folder + name)).toBeLessThanOrEqual(MAX_KEY_BYTES);
    });
    fc.assert(property, { numRuns: 300 });
  });

  test("are no other key's, whatever that key is named and whatever its submissions are", () => {
    const property = fc.property(rival, fc.constantFrom(id, anId(7)), ([one, other], submissionId) => {
      const theirs = new Set(foldersOf(other, submissionId).map((folder) => folder.toLowerCase()));
      for (const folder of foldersOf(one)) expect(theirs.has(folder.toLowerCase()), folder).toBe(false);
    });
    fc.assert(property, { numRuns: 500 });
  });
});
