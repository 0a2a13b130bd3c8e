#!/usr/bin/env node
import { CommanderError } from "commander";
import { EXIT, failureOf, wrongUse } from "./failure.ts";
import { Output } from "./output.ts";
import { sluice } from "./program.ts";

// The SDK warns of Node 20 when its first client is made, unless this is exactly "true"; other warnings stay.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const json = process.argv.includes("--json");
// Whoever reads our output may have read enough, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.failed),
);
const program = sluice(json);
process.on("uncaughtException", (error) => process.exit(report(error)));
try {
  process.exitCode = EXIT.ok;
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // Commander has said it on stderr; a program gets it as a document too.
    if (json) new Output(true).fail(wrongUse("WrongUse", error.message.replace(/^error: /, "")));
    return EXIT.wrongUse;
  }
  const ofStage = program.commands.some((command) => command.opts()["stage"] !== undefined);
  const failure = failureOf(error, ofStage);
  if (error instanceof Error && failure !== error && process.env["DEBUG"]) failure.stack = error.stack ?? "";
  new Output(json).fail(failure);
  return failure.exitCode;
}
