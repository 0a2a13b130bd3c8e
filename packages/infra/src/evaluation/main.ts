import { installPlatform } from "../platform/install.ts";
import { evaluate } from "./evaluate.ts";

/** Pulumi leaves a failed apply as an unhandled rejection and may then never end: wait for others, print, exit. */
const MORE_ERRORS_MS = 300;

/** `tsx evaluation/main.ts STAGE [START]` prints what a deploy of the stage would create, as one JSON document. */
const [stage, start = "{}"] = process.argv.slice(2);
if (stage === undefined) {
  console.error("Name a stage: tsx packages/infra/src/evaluation/main.ts STAGE");
  process.exit(2);
}

const errors = new Set<string>();
const fail = () => {
  for (const message of errors) console.error(message);
  process.exit(1);
};
const note = (error: unknown) => errors.add(error instanceof Error ? error.message : String(error));
process.on("unhandledRejection", (error) => {
  note(error);
  setTimeout(fail, MORE_ERRORS_MS);
});

try {
  await installPlatform();
  const evaluation = await evaluate(stage, JSON.parse(start));
  // One turn of the loop more: a rejection is only known to be unhandled after it.
  await new Promise((next) => setImmediate(next));
  if (errors.size > 0) fail();
  await new Promise((written) => process.stdout.write(JSON.stringify(evaluation), written));
  process.exit(0);
} catch (error) {
  note(error);
  setTimeout(fail, MORE_ERRORS_MS);
}
