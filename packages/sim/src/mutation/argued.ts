import type { Argued } from "./report.ts";

const FALLS_THROUGH = "A function that ends without a return gives undefined too.";

/** The changes that no test can notice, or that none should, each with its reason. */
export const argued: readonly Argued[] = [
  {
    file: "settling/outputs.ts",
    code: "position === undefined",
    becomes: "false",
    why: "An array has nothing at undefined, so that the comparison behind it says the same.",
  },
  {
    file: "results/finalise.ts",
    code: "a.jobId < b.jobId",
    becomes: "a.jobId <= b.jobId",
    why: "No two jobs have one id.",
  },
  { file: "settling/job-output.ts", code: "{ return undefined; }", becomes: "{}", why: FALLS_THROUGH },
  {
    file: "settings/settings.ts",
    code: '"custom"',
    becomes: '""',
    why: "zod asks for a code; whoever reads the settings' faults is told their fields and messages.",
  },
  {
    file: "records/record-lines.ts",
    code: "base === 0",
    becomes: "false",
    why: "Adding nothing gives the same places; a copy of every line is only slower.",
  },
  {
    file: "settling/prepared-input.ts",
    code: 'parseLine(bytes)?.["recordId"]',
    becomes: 'parseLine(bytes)["recordId"]',
    why: "The TypeError is caught like that of a line that is no JSON.",
  },
  { file: "settling/prepared-input.ts", code: "{ return undefined; }", becomes: "{}", why: FALLS_THROUGH },
  {
    file: "intake/packing.ts",
    code: "jobsBefore(window[tail - 1] ?? 0) >= jobsBefore(next)",
    becomes: "jobsBefore(window[tail - 1] ?? 0) > jobsBefore(next)",
    why: "Of two starts with as many jobs before them either will do; the later only fits for longer.",
  },
];
