import { Command, Option } from "commander";
import { EXIT } from "../failure.ts";
import type { SubmitOptions } from "../submit/submit.ts";
import { examples, numberBetween, outputFor, withSiteOptions } from "./common.ts";

export function submitCommand(): Command {
  return withSiteOptions(new Command("submit"))
    .description("Copy files into the bucket, each as one submission.")
    .argument("<file...>", "JSONL files, also gzipped")
    .addOption(new Option("--route <name>", "a route of the settings").conflicts("model"))
    .option("--model <id>", "a model of any lane, whatever the route says")
    .option("--priority <0-9>", "higher goes first; each step is worth six hours of waiting", numberBetween(0, 9))
    .option("--again", "also files of the same name and content as one that is done or under way")
    .option("--wait", "until every record is settled, showing how far it is; exit code 1 if any is an error")
    .addHelpText(
      "after",
      examples(
        "submit reviews.jsonl",
        "submit *.jsonl --route nova-lite --priority 5",
        "submit reviews.jsonl.gz --wait --json",
      ),
    )
    .action(async (files: string[], options: SubmitOptions) => {
      const { checkFiles } = await import("../submit/files.ts");
      await checkFiles(files);
      const { submit } = await import("../submit/submit.ts");
      process.exitCode = (await submit(files, options, outputFor(options))) ? EXIT.ok : EXIT.failed;
    });
}
