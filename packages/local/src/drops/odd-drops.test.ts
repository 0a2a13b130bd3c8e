import type { LogEntry } from "@sluice/core";
import { expect, it } from "vitest";
import { OddDrops } from "./odd-drops.ts";

async function* odd(...keys: string[]) {
  for (const key of keys) yield { key, why: "is a pipe, and no file" };
}

it("says of each odd drop once that it is not read, in one line, and of a hundred and one no more", async () => {
  const said: LogEntry[] = [];
  const drops = new OddDrops((entry) => said.push(entry));
  expect(await drops.tell(odd())).toBe(false);
  for (let pass = 0; pass < 3; pass++) expect(await drops.tell(odd("a", "b\n\u001b[2J"))).toBe(true);
  expect(said.map(({ message }) => message)).toEqual([
    '"a" is a pipe, and no file. It is not read; everything else is.',
    '"b\\n\\u001b[2J" is a pipe, and no file. It is not read; everything else is.',
  ]);
  await drops.tell(odd(...Array.from({ length: 200 }, (_, n) => `n${n}`)));
  expect(said).toHaveLength(101);
  expect(said.at(-1)?.message).toMatch(/There are more such/);
});
