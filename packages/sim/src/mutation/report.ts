/** What is used here of Stryker's report, whose format is that of mutation-testing-report-schema 2. */
export interface MutationReport {
  files: Record<string, { source: string; mutants: Mutated[] }>;
}

interface Mutated {
  status: "Killed" | "Timeout" | "Survived" | "NoCoverage" | "Ignored" | "CompileError" | "RuntimeError" | "Pending";
  /** What stands in place of the code. */
  replacement?: string;
  /** Lines and columns count from 1. */
  location: { start: SourcePlace; end: SourcePlace };
}

interface SourcePlace {
  line: number;
  column: number;
}

/** A change that no test notices, and why that is as it should be. */
export interface Argued {
  /** Below `packages/core/src/`. */
  file: string;
  /** The code that was changed, and what it was changed into. */
  code: string;
  becomes: string;
  why: string;
}

type Survivor = Omit<Argued, "why"> & { line: number };

const CORE = "packages/core/src/";

/** Every change that no test noticed. */
export function survivorsOf(report: MutationReport): Survivor[] {
  return Object.entries(report.files).flatMap(([path, { source, mutants }]) =>
    mutants.filter(hasSurvived).map(({ location: { start, end }, replacement = "" }) => ({
      file: path.replace(CORE, ""),
      line: start.line,
      code: onOneLine(source.slice(offsetOf(source, start), offsetOf(source, end))),
      becomes: onOneLine(replacement),
    })),
  );
}

/** The survivors for which nobody has given a reason, and the reasons for which there is no survivor. */
export function compare(survivors: readonly Survivor[], argued: readonly Argued[]) {
  const isSame = (a: Omit<Argued, "why">, b: Omit<Argued, "why">) =>
    a.file === b.file && a.code === b.code && a.becomes === b.becomes;
  return {
    unargued: survivors.filter((survivor) => !argued.some((known) => isSame(known, survivor))),
    stale: argued.filter((known) => !survivors.some((survivor) => isSame(known, survivor))),
  };
}

/** How many changes were made in each folder of the core, and what became of them. */
export function scoreTable(report: MutationReport): string {
  const byFolder = new Map<string, Mutated[]>();
  for (const [path, { mutants }] of Object.entries(report.files)) {
    const folder = path.replace(CORE, "").split("/")[0] ?? path;
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), ...mutants]);
  }
  const rows = [...byFolder].sort(([a], [b]) => (a < b ? -1 : 1)).map(([folder, mutants]) => row(folder, mutants));
  const head = ["| folder of the core | changes | noticed | survived | score |", "| --- | ---: | ---: | ---: | ---: |"];
  return [...head, ...rows, row("**all**", [...byFolder.values()].flat())].join("\n");
}

function row(name: string, mutants: readonly Mutated[]): string {
  const noticed = mutants.filter(({ status }) => status === "Killed" || status === "Timeout").length;
  const survived = mutants.filter(hasSurvived).length;
  const score = (100 * noticed) / (noticed + survived);
  return `| ${[name, noticed + survived, noticed, survived, `${score.toFixed(1)} %`].join(" | ")} |`;
}

function hasSurvived({ status }: Mutated): boolean {
  return status === "Survived" || status === "NoCoverage";
}

function offsetOf(source: string, { line, column }: SourcePlace): number {
  const before = source.split("\n").slice(0, line - 1);
  return before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
