import { once } from "node:events";
import { join } from "node:path";
import { type LocalWorld, startLocalWorld } from "@sluice/local";
import { type CommonOptions, commandLine, quoted, SAMPLE } from "../options.ts";
import { colors, type Output } from "../output.ts";
import { settingsFor } from "../reach/directory.ts";
import { DevLog } from "./log.ts";
import { type ChosenResponder, chooseResponder, type ResponderOptions } from "./responder.ts";

export interface DevOptions extends CommonOptions, ResponderOptions {
  slots?: number;
  speed: number;
  bedrockPort: number;
  dynamodbPort: number;
  loseEvents: number;
  verbose?: true;
}

/** Runs the local world and says what happens in it, until it is asked to stop. */
export async function runDev(options: DevOptions, output: Output): Promise<void> {
  const { dir, slots, speed, bedrockPort, dynamodbPort, loseEvents, verbose } = options;
  const chosen = await chooseResponder(options, await settingsFor(dir));
  const stop = stopAsked();
  const log = new DevLog(output, { dir, verbose: verbose === true });
  const world = await startLocalWorld({
    dir,
    purpose: "sluice dev",
    speed,
    bedrockPort,
    dynamodbPort,
    ...(slots !== undefined && { slots }),
    responder: chosen.responder,
    bedrock: { faults: { events: { losePercent: loseEvents } } },
    onLog: (entry) => log.see(entry, Date.now()),
  });
  try {
    greet(world, options, chosen, output);
    log.begin(() => world.world.settings);
    await stop;
    output.note("Stopping; what is under way goes on at the next start.");
  } finally {
    await world.close();
  }
}

function greet(world: LocalWorld, options: DevOptions, { shown, warning }: ChosenResponder, output: Output): void {
  const { dir, speed, responder } = options;
  const bucket = join(dir, "bucket");
  const { bedrock, dynamodb } = world.endpoints;
  output.show({ bucket, bedrock, dynamodb, dir, speed, responder, pid: process.pid }, () =>
    [
      `${colors.bold("sluice dev")} runs in ${dir}, ${speed} times as fast as Bedrock; responder: ${shown}`,
      `  drop files into  ${join(bucket, "to-process")}/`,
      `  find results in  ${join(bucket, "processed")}/`,
      `  settings         ${join(dir, "sluice.json")} (${Object.keys(world.world.settings.lanes).length} lanes; edits are taken in)`,
      `  Bedrock          ${bedrock}`,
      `  DynamoDB         ${dynamodb}`,
      `  access key       in ${join(dir, "dev.json")}, which only you can read: both servers ask for it`,
      "Next, in another terminal:",
      `  ${commandLine(`submit ${quoted(SAMPLE)} --wait`, { dir })}`,
      `  ${commandLine("ls", { dir })}`,
      "Ctrl-C stops it; everything is on disk.",
    ].join("\n"),
  );
  if (warning !== undefined) output.note(colors.yellow(`warning: ${warning}`));
}

/** Resolves at Ctrl-C or a polite kill. A second Ctrl-C ends the process as it always does. */
async function stopAsked(): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  await Promise.race([once(process, "SIGINT", { signal }), once(process, "SIGTERM", { signal })]).finally(() =>
    // The loser of the race rejects, which nobody is to hear of.
    setImmediate(() => controller.abort()),
  );
}
