import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { envTypes } from "./evaluation/env-types.ts";
import { evaluated } from "./evaluation/run.ts";
import { root } from "./root.ts";

/**
 * `pnpm infra [STAGE] [--write-types]` evaluates a stage without AWS and tells what a deploy would create; it writes
 * sst-env.d.ts, as a deploy would, if it is asked to.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { "write-types": { type: "boolean", default: false } },
});
const [stage = "dev"] = positionals;
const evaluation = await evaluated(stage);
if (values["write-types"]) writeFileSync(join(root, "sst-env.d.ts"), envTypes(evaluation));

const inAws = evaluation.resources.filter(({ type }) => type.startsWith("aws:"));
const perType = new Map<string, number>();
for (const { type } of inAws) perType.set(type, (perType.get(type) ?? 0) + 1);
console.log(`Stage ${stage}: ${evaluation.resources.length} resources, ${inAws.length} of them in AWS.`);
for (const [type, count] of perType) console.log(`  ${String(count).padStart(3)}  ${type}`);
for (const [name, { bytes, handler }] of Object.entries(evaluation.handlers))
  console.log(`  ${name}: ${(bytes / 1_000_000).toFixed(2)} MB  ${handler}`);
