import type { Log } from "@sluice/core";
import { Command } from "commander";
import { Failure } from "../failure.ts";
import { type CommonOptions, commandLine } from "../options.ts";
import type { Swept } from "../reach/local-sweep.ts";
import { examples, outputFor, withSiteOptions } from "./common.ts";

export function sweepCommand(): Command {
  return withSiteOptions(new Command("sweep"))
    .description(
      "Repair now what events should have done, instead of waiting for the schedule. Needs a running dev, or a stage.",
    )
    .addHelpText("after", examples("sweep"))
    .action(async (options: CommonOptions) => {
      const { logLine } = await import("../view/log-line.ts");
      const output = outputFor(options);
      const log: Log = (entry) => {
        const line = logLine(entry, Date.now());
        if (line !== undefined) output.note(line);
      };
      if (options.stage !== undefined) {
        const { sweepStage } = await import("../reach/stage-sluice.ts");
        const swept = await sweepStage(options.stage, log);
        output.show(swept, () => `Swept ${swept.lanes} lanes; what is left to do went to the stage's queues.`);
        return;
      }
      const swept = await sweepDirectory(options.dir, log);
      output.show(
        swept,
        () =>
          `Swept ${swept.lanes} lanes: ${swept.repaired} lost events repaired, ${swept.messages} messages worked through.`,
      );
    });
}

async function sweepDirectory(dir: string, log: Log): Promise<Swept> {
  const { runningEndpoints } = await import("../reach/directory.ts");
  const endpoints = await runningEndpoints(dir);
  if (endpoints === undefined)
    throw new Failure(
      "NotRunning",
      `No sluice dev runs on ${dir}, so there is no Bedrock to compare with.`,
      `Start it with: ${commandLine("dev", { dir })}. It sweeps when it starts.`,
    );
  const { sweepNow } = await import("../reach/local-sweep.ts");
  return sweepNow(dir, endpoints, log);
}
