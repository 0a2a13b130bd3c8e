import { once } from "node:events";
import { relative } from "node:path";
import { builtInResponder, openAiResponder } from "@sluice/emulator";
import { type LocalWorld, startLocalWorld } from "@sluice/local";
import type { CommonOptions } from "../options.ts";
import type { Output } from "../output.ts";
import { colors } from "../output.ts";
import { logLine } from "../view/log-line.ts";

export interface DevOptions extends CommonOptions {
  slots?: number;
  speed: number;
  responder: string;
  bedrockPort: number;
  dynamodbPort: number;
  loseEvents: number;
}

/** Runs the local world and says what happens in it, until it is asked to stop. */
export async function runDev(options: DevOptions, output: Output): Promise<void> {
  const { dir, slots, speed, responder, bedrockPort, dynamodbPort, loseEvents } = options;
  const stop = stopAsked();
  const world = await startLocalWorld({
    dir,
    purpose: "sluice dev",
    speed,
    bedrockPort,
    dynamodbPort,
    ...(slots !== undefined && { slots }),
    responder: responder === "builtin" ? builtInResponder() : openAiResponder({ baseUrl: responder }),
    bedrock: { faults: { events: { losePercent: loseEvents } } },
    onLog: (entry) => {
      const line = logLine(entry, Date.now());
      if (line !== undefined) output.note(line);
    },
  });
  try {
    greet(world, options, output);
    await stop;
    output.note("Stopping; what is under way goes on at the next start.");
  } finally {
    await world.close();
  }
}

function greet(world: LocalWorld, { dir, speed, responder }: DevOptions, output: Output): void {
  const bucket = relative("", world.objects.directory);
  const { bedrock, dynamodb } = world.endpoints;
  output.show({ bucket, bedrock, dynamodb, dir, speed, pid: process.pid }, () =>
    [
      `${colors.bold("sluice dev")} runs in ${dir}, ${speed} times as fast as Bedrock`,
      `  drop files into  ${bucket}/to-process/`,
      `  find results in  ${bucket}/processed/`,
      `  settings         ${dir}/sluice.json (${Object.keys(world.world.settings.lanes).length} lanes)`,
      `  Bedrock          ${bedrock}  responder: ${responder}`,
      `  DynamoDB         ${dynamodb}`,
      `  access key       in ${dir}/dev.json, which only you can read: both servers ask for it`,
      "Ctrl-C stops it; everything is on disk.",
    ].join("\n"),
  );
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
