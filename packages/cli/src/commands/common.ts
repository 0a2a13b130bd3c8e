import { type Command, InvalidArgumentError, Option } from "commander";
import { type CommonOptions, DEFAULT_DIR, PROGRAM } from "../options.ts";
import { Output } from "../output.ts";

/** Adds --dir and --json. */
export function withCommonOptions(command: Command): Command {
  return command
    .option("--dir <dir>", "where the local world keeps everything", DEFAULT_DIR)
    .option("--json", "one JSON document on stdout, messages on stderr");
}

/** Adds --stage as well, for the commands that a deployed stage takes; a --dir that is given wins over SLUICE_STAGE. */
export function withSiteOptions(command: Command): Command {
  return withCommonOptions(command)
    .addOption(new Option("--stage <name>", "a deployed stage, with your AWS credentials").conflicts("dir"))
    .addHelpText("after", "\nEnvironment:\n  SLUICE_STAGE  the stage, where neither --stage nor --dir is given")
    .hook("preAction", (_, called) => {
      const stage = process.env["SLUICE_STAGE"];
      if (stage && called.getOptionValueSource("dir") === "default" && called.opts()["stage"] === undefined)
        called.setOptionValue("stage", stage);
    });
}

/** Examples for a command's help, as whoever reads it can run them: what follows the program's name. */
export function examples(...lines: readonly string[]): string {
  const shown = lines.map((line) => `  $ ${PROGRAM} ${line}`).join("\n");
  return `\n${lines.length === 1 ? "Example" : "Examples"}:\n${shown}`;
}

export function outputFor({ json }: CommonOptions): Output {
  return new Output(json === true);
}

/** Reads an option that is a number between two bounds, for commander. */
export function numberBetween(least: number, most: number, kind: "whole" | "any" = "whole") {
  return (text: string): number => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!(value >= least && value <= most) || (kind === "whole" && !Number.isInteger(value)))
      throw new InvalidArgumentError(
        `It must be a ${kind === "whole" ? "whole " : ""}number from ${least} to ${most}.`,
      );
    return value;
  };
}
