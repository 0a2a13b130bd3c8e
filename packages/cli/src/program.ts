import { Command } from "commander";
import { demoCommand } from "./commands/demo.ts";
import { devCommand } from "./commands/dev.ts";
import { lanesCommand } from "./commands/lanes.ts";
import { lsCommand } from "./commands/ls.ts";
import { showCommand } from "./commands/show.ts";
import { submitCommand } from "./commands/submit.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { validateCommand } from "./commands/validate.ts";

const EXIT_CODES = `
Exit codes:
  0  ok
  1  failed: the command, or with --wait a record
  2  wrong use: an option or argument that is not taken
`;

const EXAMPLES = `
Examples:
  $ sluice demo                                   see the whole of it in half a minute
  $ sluice dev                                    run the queue on this machine
  $ sluice validate reviews.jsonl                 check a file before it is dropped
  $ sluice submit reviews.jsonl --route nova-lite --wait
  $ sluice ls --json | jq '.submissions[0].id'
  $ sluice show 01KD                              a few letters of an id will do
`;

/** The command line. It throws CommanderError for wrong use, and whatever a command throws. */
export function sluice(json: boolean): Command {
  const program = new Command("sluice")
    .description("An event-driven queue for Amazon Bedrock batch inference, here on one machine.")
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("(sluice --help tells more)")
    .addHelpText("after", EXAMPLES + EXIT_CODES);
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
  return program;
}
