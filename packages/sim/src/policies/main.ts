import { writeFigures, writePlot } from "../docs/page.ts";
import { bound } from "./bound.ts";
import { type Growth, measureGrowth } from "./history.ts";
import { oracle } from "./oracle.ts";
import { historyPlot, utilisationPlot } from "./plots.ts";
import { type Measured, measurePrices } from "./prices.ts";
import { scanning } from "./scanning.ts";
import { sluice } from "./sluice.ts";
import { stepMap } from "./step-map.ts";
import { type Result, type Speed, tablesOf } from "./tables.ts";
import { figuresOf, type Trace } from "./trace.ts";
import { eventSpeeds, type Workload, workloads } from "./workload.ts";

/** Stories that use every operation: one with lost events, and one in which lanes are blocked. */
const MEASURED = ["lost5", "others"];

const measured = await measurePrices(workloads.filter(({ name }) => MEASURED.includes(name)));
console.log(`An ended job has ${measured.endedJobBytes} bytes in the table.`);
const results: Result[] = [];
for (const workload of workloads) {
  results.push(await resultOf(workload, measured));
  console.log(`${workload.title}: done`);
}
const speeds: Speed[] = [];
for (const workload of eventSpeeds) speeds.push({ workload, figures: await idealsAndSluice(workload, measured) });
const growth = await measureGrowth(measured);
await write(results, speeds, growth);

async function resultOf(workload: Workload, measures: Measured): Promise<Result> {
  const figures = (trace: Trace) => figuresOf(workload, trace);
  return {
    workload,
    figures: {
      ...(await idealsAndSluice(workload, measures)),
      map: figures(stepMap(workload)),
      scan: figures(scanning(workload, measures.endedJobBytes)),
    },
  };
}

async function idealsAndSluice(workload: Workload, { prices }: Measured): Promise<Speed["figures"]> {
  const figures = (trace: Trace) => figuresOf(workload, trace);
  return {
    oracle: figures(oracle(workload)),
    bound: figures(bound(workload)),
    Sluice: figures(await sluice(workload, prices)),
  };
}

async function write(made: readonly Result[], bySpeed: readonly Speed[], grown: readonly Growth[]): Promise<void> {
  const tables = tablesOf(made, bySpeed, grown);
  console.log(tables);
  await writePlot("utilisation.svg", utilisationPlot(made));
  await writePlot("history.svg", historyPlot(grown));
  const plots = [
    "![Slots used while work waits, by workload and policy](plots/utilisation.svg)",
    "![Request units beside a growing history](plots/history.svg)",
  ];
  await writeFigures("pnpm bench:policies", [...plots, tables].join("\n\n"));
}
