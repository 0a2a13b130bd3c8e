import { Command } from "commander";
import type { DemoOptions } from "../demo/run.ts";
import { EXIT } from "../failure.ts";
import { examples, outputFor } from "./common.ts";

export function demoCommand(): Command {
  return new Command("demo")
    .description("Run the whole of it in half a minute, with a few accidents, and account for every record.")
    .option("--dir <dir>", "where the demo keeps everything; cleared at its start", ".sluice-demo")
    .option("--keep", "do not clear the directory: add to what an earlier demo left")
    .option("--json", "one JSON document on stdout, messages on stderr")
    .addHelpText("after", examples("demo"))
    .action(async (options: DemoOptions) => {
      const { runDemo } = await import("../demo/run.ts");
      process.exitCode = (await runDemo(options, outputFor(options))) ? EXIT.ok : EXIT.failed;
    });
}
