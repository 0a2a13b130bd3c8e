import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ListedSubmission } from "../look/submissions.ts";
import { submissionsTable } from "./submissions.ts";
import { widthOf } from "./text.ts";

const site = { command: (args: string) => `sluice ${args}`, placeOf: (key: string) => key };
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const submission = (name: string, id: string): ListedSubmission => ({
  id,
  key: `to-process/${name}`,
  status: "Done",
  model: "amazon.nova-lite-v1:0",
  lane: "nova-lite",
  ...{ records: 50_000, results: 49_999, errors: 1, open: 0 },
  droppedAt: "2026-11-25T13:20:19.000Z",
});
const lines = (submissions: ListedSubmission[], width: number) =>
  submissionsTable({ submissions, more: false }, site, "", width).split("\n");

describe("The list of submissions", () => {
  const ids = ["01M89DTFMEZAGHWSXH8P5YP7H6", "01M89DTFMEZBGHWSXH8P5YP7H6"];

  it("has names before ids, and all of them where there is room", () => {
    const [, first] = lines([submission("a/b.jsonl", ids[0]!)], 200);
    expect(first).toMatch(
      /^a\/b\.jsonl +Done, with errors +50000 .*nova-lite +2026-11-25 13:20:19 +01M89DTFMEZAGHWSXH8P5YP7H6$/,
    );
  });

  it("keeps the beginning and the end of names on a narrow screen, and what tells ids from each other", () => {
    const names = ids.map((_, n) => `a-very-long-folder-of-somebody/and-a-very-long-name-too-${n}.jsonl`);
    const [, first, second] = lines(
      names.map((name, n) => submission(name, ids[n]!)),
      90,
    );
    expect(first).toMatch(/^a-very\S*…\S*0\.jsonl .* 01M89DTFMEZA$/);
    expect(second).toMatch(/^a-very\S*…\S*1\.jsonl .* 01M89DTFMEZB$/);
  });

  it("never is wider than the screen, whatever files are called, nor do their names make lines of their own", () => {
    const id = fc
      .array(fc.constantFrom(...LETTERS), { minLength: 16, maxLength: 16 })
      .map((end) => `01M89DTFME${end.join("")}`);
    const name = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 }),
      fc.string({ unit: "binary", minLength: 1 }),
    );
    const some = fc.uniqueArray(fc.record({ id, name }), {
      minLength: 1,
      maxLength: 5,
      selector: (each) => each.id.slice(10, 14),
    });
    fc.assert(
      fc.property(some, fc.integer({ min: 80, max: 200 }), (all, width) => {
        const shown = lines(
          all.map((each) => submission(each.name, each.id)),
          width,
        );
        expect(shown).toHaveLength(all.length + 1);
        for (const line of shown) expect(widthOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it("says how to go on with older ones, and what to do where there is nothing", () => {
    const listing = { submissions: [submission("a.jsonl", ids[0]!)], more: true };
    expect(submissionsTable(listing, site, " --route nova", 80)).toMatch(
      new RegExp(`\\nOlder ones: sluice ls --route nova --before ${ids[0]}$`),
    );
    const none = { submissions: [], more: false };
    expect(submissionsTable(none, site, "", 80)).toBe(
      "Nothing was dropped yet. Try: sluice submit FILE, or copy one into to-process/",
    );
    expect(submissionsTable(none, site, " --status open", 80)).toBe("No submission fits.");
  });
});
