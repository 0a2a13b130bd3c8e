/** `pnpm bench`: measures the refill, many files and the plan, and writes the figures into docs/benchmarks.md. */
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { benchFiles } from "./files.ts";
import { benchPlan } from "./plan.ts";
import { benchRefill } from "./refill.ts";

const DOCUMENT = new URL("../../../docs/benchmarks.md", import.meta.url);
const BEGIN = "<!-- pnpm bench writes from here -->";
const END = "<!-- to here -->";

const refill = await benchRefill();
const few = await benchFiles(250);
const many = await benchFiles(1_000);
const plan = await benchPlan();
const number = (value: number, digits = 0) => value.toFixed(digits);

const figures = `
Node ${process.versions.node}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}.

| refill: from the event of a job's end to the arrival of the next Create | |
|---|---|
| refills, on 10 slots | ${refill.refills} |
| p50 | ${number(refill.p50, 1)} ms |
| p99 | ${number(refill.p99, 1)} ms |

| files of 100 records, one job each, dropped at once, on 20 slots | ${few.files} | ${many.files} |
|---|---|---|
| seconds, from the first drop to the last result | ${number(few.wallSeconds)} | ${number(many.wallSeconds)} |
| ms of CPU a file, batch server and table included | ${number(few.cpuMsPerFile)} | ${number(many.cpuMsPerFile)} |
| calls to the table a file | ${number(few.storeCallsPerFile, 1)} | ${number(many.storeCallsPerFile, 1)} |

| plan of a 1 GB file (${plan.records} records), median of 3 pairs | plan | bare loop |
|---|---|---|
| MB/s | ${number(plan.planMBps)} | ${number(plan.bareMBps)} |
| peak RSS | ${number(plan.planPeakMB)} MB | ${number(plan.barePeakMB)} MB |
| plan / bare loop | ${number(plan.ratio, 2)} | |
`;
process.stdout.write(figures);

const text = await readFile(DOCUMENT, "utf8");
const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
if (before < 0 || after < before)
  throw new Error(`${DOCUMENT.pathname} has lost the marks of pnpm bench: restore them.`);
await writeFile(DOCUMENT, `${text.slice(0, before + BEGIN.length)}\n${figures}\n${text.slice(after)}`);
