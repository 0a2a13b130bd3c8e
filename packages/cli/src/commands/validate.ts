import { Command, Option } from "commander";
import { EXIT } from "../failure.ts";
import type { ValidateOptions } from "../submit/validate.ts";
import { examples, outputFor, withSiteOptions } from "./common.ts";

export function validateCommand(): Command {
  return withSiteOptions(new Command("validate"))
    .description(
      "Check files exactly as a drop is checked, by the settings of a directory or a stage, and drop nothing.",
    )
    .argument("<file...>", "JSONL files, also gzipped")
    .addOption(new Option("--route <name>", "check for this route of the settings").conflicts("model"))
    .option("--model <id>", "check for this model")
    .addHelpText("after", examples("validate reviews.jsonl --model amazon.nova-lite-v1:0"))
    .action(async (files: string[], options: ValidateOptions) => {
      const { validate } = await import("../submit/validate.ts");
      process.exitCode = (await validate(files, options, outputFor(options))) ? EXIT.ok : EXIT.failed;
    });
}
