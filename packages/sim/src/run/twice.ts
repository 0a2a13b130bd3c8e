import type { Script } from "../script/script.ts";
import { type Report, run } from "./run.ts";

/** A script gave two different histories: something in it is not of the virtual world. */
export class NotRepeatable extends Error {
  constructor(seed: number, line: number, first: string | undefined, second: string | undefined) {
    super(`Seed ${seed} gave two histories. They differ at line ${line + 1}:\n  ${first}\n  ${second}`);
    this.name = "NotRepeatable";
  }
}

/** Runs a script twice; the report of the first run. Throws `NotRepeatable` if the second went another way. */
export async function runTwice(script: Script): Promise<Report> {
  const first = await run(script);
  const second = await run(script);
  const lines = Math.max(first.lines.length, second.lines.length);
  for (let line = 0; line < lines; line++)
    if (first.lines[line] !== second.lines[line])
      throw new NotRepeatable(script.seed, line, first.lines[line], second.lines[line]);
  return first;
}
