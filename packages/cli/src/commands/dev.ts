import { Command, InvalidArgumentError } from "commander";
import type { DevOptions } from "../dev/run.ts";
import { EXIT } from "../failure.ts";
import { numberBetween, outputFor, withCommonOptions } from "./common.ts";

const MAX_PORT = 65_535;
const MAX_SLOTS = 1_000;
const MAX_SPEED = 100_000;

export function devCommand(): Command {
  return withCommonOptions(new Command("dev"))
    .description("Run the queue on this machine until Ctrl-C: drop files into <dir>/bucket/to-process/.")
    .option(
      "--slots <n>",
      "jobs at once in every lane (default: what <dir>/sluice.json says; 10 in a new one, or where it names a quota)",
      numberBetween(1, MAX_SLOTS),
    )
    .option("--speed <n>", "divides Bedrock's delays; 1 is real minutes", numberBetween(0.01, MAX_SPEED, "any"), 60)
    .option(
      "--responder <builtin|URL>",
      "who responds to records: built in, or an OpenAI-compatible endpoint",
      responder,
      "builtin",
    )
    .option("--bedrock-port <n>", "port of the batch server; 0 is any free one", numberBetween(0, MAX_PORT), 0)
    .option("--dynamodb-port <n>", "port of the embedded DynamoDB; 0 is any free one", numberBetween(0, MAX_PORT), 0)
    .option("--lose-events <pct>", "per cent of Bedrock's events that never arrive", numberBetween(0, 100, "any"), 0)
    .addHelpText(
      "after",
      `
Both servers listen on loopback and ask for the access key in <dir>/dev.json, as the access key id of an AWS client.

Examples:
  $ sluice dev
  $ sluice dev --speed 1 --slots 20                    as slow as Bedrock
  $ sluice dev --responder http://127.0.0.1:11434      responses from Ollama
  $ sluice dev --lose-events 30                        see lost events repaired`,
    )
    .action(async (options: DevOptions) => {
      const { runDev } = await import("../dev/run.ts");
      await runDev(options, outputFor(options));
      process.exitCode = EXIT.ok;
    });
}

function responder(text: string): string {
  if (text === "builtin") return text;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('It must be "builtin" or the http(s) URL of an OpenAI-compatible endpoint.');
}
