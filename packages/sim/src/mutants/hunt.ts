import { type Report, run } from "../run/run.ts";
import { drawScript } from "../script/draw.ts";
import type { Script } from "../script/script.ts";

/** Runs seeds one after the other until a promise is broken; that run, and how many there were. */
export async function hunt(
  seeds: { from: number; count: number },
  level?: Script["level"],
): Promise<{ runs: number; caught?: Report }> {
  for (let runs = 1; runs <= seeds.count; runs++) {
    const report = await run(drawScript(seeds.from + runs - 1, level));
    if (report.violation !== undefined) return { runs, caught: report };
  }
  return { runs: seeds.count };
}

export { shrink } from "../run/shrink.ts";
export { tell } from "../run/tell.ts";
export { run };
