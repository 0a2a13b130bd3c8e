import { Command, Option } from "commander";
import about from "../package.json" with { type: "json" };
import { examples } from "./commands/common.ts";
import { demoCommand } from "./commands/demo.ts";
import { devCommand } from "./commands/dev.ts";
import { lanesCommand } from "./commands/lanes.ts";
import { lsCommand } from "./commands/ls.ts";
import { showCommand } from "./commands/show.ts";
import { submitCommand } from "./commands/submit.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { adviceFor } from "./commands/tried.ts";
import { validateCommand } from "./commands/validate.ts";
import { wrongUse } from "./failure.ts";
import { nearest } from "./nearest.ts";
import { PROGRAM } from "./options.ts";

const EXIT_CODES = `
Exit codes:
  0    ok
  1    failed: the command, or with --wait a record
  2    wrong use: an option or argument that is not taken
  130  Ctrl-C while waiting; the work goes on
`;

/** The command line. It throws CommanderError or Failure for wrong use, and whatever a command throws. */
export function sluice(json: boolean): Command {
  const program = new Command(PROGRAM)
    .description("An event-driven queue for Amazon Bedrock batch inference: on this machine, or a deployed stage.")
    .version(about.version, "-V, --version")
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(`(${PROGRAM} --help tells more)`)
    .addHelpText(
      "after",
      `${examples(
        "demo                                   # see the whole of it in half a minute",
        "dev                                    # run the queue on this machine",
        "validate reviews.jsonl                 # check a file before it is dropped",
        "submit reviews.jsonl --route nova-lite --wait",
        "ls --json | jq '.submissions[0].id'",
        "show 01KD                              # a few letters of an id will do",
        "ls --stage production                  # the same of a deployed stage",
      )}\n${EXIT_CODES}`,
    );
  if (json) program.showHelpAfterError(false);
  const commands = [
    devCommand(),
    submitCommand(),
    validateCommand(),
    lsCommand(),
    showCommand(),
    lanesCommand(),
    sweepCommand(),
    demoCommand(),
  ];
  for (const command of commands)
    program.addCommand(command.copyInheritedSettings(program).addHelpText("after", EXIT_CODES));
  takeOptionsInFront(program);
  program.on("command:*", ([word = ""]: string[]) => {
    const near = nearest(
      word,
      commands.map((command) => command.name()),
    );
    const advice = adviceFor(word) ?? (near === undefined ? `${PROGRAM} --help tells what there is.` : undefined);
    throw wrongUse("UnknownCommand", `unknown command '${word}'`, advice ?? `Did you mean ${near}?`);
  });
  return program;
}

/** `sluice --stage NAME ls` is `sluice ls --stage NAME`: what stands in front of a command is one of its options. */
function takeOptionsInFront(program: Command): void {
  program
    .enablePositionalOptions()
    .addOption(new Option("--stage <name>", "a deployed stage, for the commands that take one"))
    .addOption(new Option("--dir <dir>", "where the local world keeps everything"))
    .addOption(new Option("--json", "one JSON document on stdout, messages on stderr"))
    .hook("preSubcommand", (_, command) => {
      for (const [name, value] of Object.entries(program.opts())) {
        if (!command.options.some((option) => option.attributeName() === name))
          throw wrongUse("WrongUse", `${command.name()} takes no --${name}`, `${PROGRAM} ${command.name()} --help`);
        command.setOptionValueWithSource(name, value, "cli");
      }
    });
}
