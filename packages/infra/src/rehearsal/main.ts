import { evaluated } from "../evaluation/run.ts";
import { Graph } from "../graph/graph.ts";
import { hasJava } from "./dynamodb.ts";
import { claudeLines, fileOf, novaLines } from "./records.ts";
import { Rehearsal } from "./rehearsal.ts";

/** `pnpm rehearse`: brings a stage up on loopback, drops a few files, and tells what came back. */
if (!hasJava) {
  console.error("The rehearsal needs Java for Amazon's DynamoDB Local. Install a Java runtime and run it again.");
  process.exit(1);
}
// The SDK of this process would say that Node 20 is old; the functions run with what the graph says.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
const startedAt = Date.now();
const say = (text: string) => console.log(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${text}`);

const graph = new Graph(await evaluated("dev"));
say(`sst.config.ts evaluated: ${graph.resources.length} resources`);
const rehearsal = await Rehearsal.start(graph);
say(`the stage is up: ${graph.queues.length} queues, ${graph.functions.length} functions, one table, one bucket`);

const drops: Record<string, string[]> = {
  "questions.jsonl": claudeLines(150, "questions"),
  "nova/dt=2026-11-22/with spaces.jsonl": novaLines(120, "nova"),
  "broken.jsonl": [...claudeLines(110, "broken"), "{this is no JSON"],
};
let accounted = true;
for (const [path, lines] of Object.entries(drops)) await rehearsal.drop(`to-process/${path}`, fileOf(lines));
say(`${Object.keys(drops).length} files dropped`);
for (const [path, lines] of Object.entries(drops)) {
  await rehearsal.written(`processed/${path}/summary.json`);
  const { counts } = JSON.parse(await rehearsal.read(`processed/${path}/summary.json`));
  say(`${path}: ${lines.length} records in, ${counts.results} results, ${counts.errors} errors`);
  accounted &&= counts.results + counts.errors === lines.length;
}
await rehearsal.deliveries.fire("Sweep");
await rehearsal.deliveries.fire("Measure");
const { recorded, denied } = rehearsal.guard;
say(`swept and measured; ${recorded.length} calls asked the policies, ${denied.length} were refused`);
await rehearsal.close();
process.exit(accounted && denied.length === 0 ? 0 : 1);
