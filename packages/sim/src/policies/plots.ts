import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Growth } from "./history.ts";
import type { Result } from "./tables.ts";

const WIDTH_PX = 760;
/** The bound would be a second bar of the oracle's height. */
const POLICIES = ["oracle", "Sluice", "map", "scan"] as const;
const COLOURS = { domain: [...POLICIES], range: ["#888888", "#0b7a75", "#c98b1b", "#b5432e"] };
/** Readable on light and dark pages alike. */
const STYLE = { background: "#ffffff", color: "#222222", fontSize: "12px", fontFamily: "sans-serif" } as const;

/** Bars: how much of the slots each policy used while work waited. */
export function utilisationPlot(results: readonly Result[]): string {
  const bars = results.flatMap(({ workload, figures }) =>
    POLICIES.map((policy) => ({ workload: workload.name, policy, utilisation: figures[policy].utilisation })),
  );
  return svgOf({
    height: 330,
    x: { axis: null, domain: [...POLICIES] },
    fx: { label: null, domain: results.map(({ workload }) => workload.name) },
    y: { label: "slots used while work waits", grid: true, domain: [0, 1], tickFormat: "%" },
    color: COLOURS,
    marks: [
      Plot.barY(bars, { x: "policy", y: "utilisation", fx: "workload", fill: "policy" }),
      Plot.ruleY([0]),
      ...keyOf(results[0]?.workload.name ?? ""),
    ],
  });
}

/** Lines: request units beside a growing history. */
export function historyPlot(growth: readonly Growth[]): string {
  const points = growth
    .filter(({ endedJobs }) => endedJobs > 0)
    .flatMap(({ endedJobs, job, sweep, scan }) => [
      { endedJobs, units: job, what: "Sluice, a job" },
      { endedJobs, units: sweep, what: "Sluice, a sweep" },
      { endedJobs, units: scan, what: "one scan" },
    ]);
  const last = points.filter(({ endedJobs }) => endedJobs === growth.at(-1)?.endedJobs);
  return svgOf({
    height: 320,
    marginRight: 110,
    x: { type: "log", label: "ended jobs in the table" },
    y: { type: "log", label: "request units", grid: true },
    color: { domain: ["Sluice, a job", "Sluice, a sweep", "one scan"], range: ["#0b7a75", "#3b6fb6", "#b5432e"] },
    marks: [
      Plot.line(points, { x: "endedJobs", y: "units", stroke: "what", marker: true }),
      Plot.text(last, { x: "endedJobs", y: "units", text: "what", fill: "what", dx: 8, textAnchor: "start" }),
    ],
  });
}

/** The policies' names in their colours, once above the first workload; Plot's own legends are no part of an SVG. */
function keyOf(workload: string): Plot.Markish[] {
  return POLICIES.map((policy, n) =>
    Plot.text([{ workload }], {
      fx: "workload",
      frameAnchor: "top-left",
      text: () => `■ ${policy}`,
      fill: COLOURS.range[n] ?? "",
      dx: 4 + n * 90,
      dy: -24,
    }),
  );
}

function svgOf(options: Plot.PlotOptions): string {
  const { document } = parseHTML("<html><body></body></html>");
  const svg = Plot.plot({ ...options, width: WIDTH_PX, marginTop: 50, style: STYLE, document });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML}\n`;
}
