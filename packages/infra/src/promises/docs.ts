import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Graph } from "../graph/graph.ts";
import { root } from "../root.ts";

const NUMBERS = ["six", "seven", "eight", "nine", "ten"];
const MINUTES_A_MONTH = 30 * 24 * 60;
/** Lambda's guide to SQS: a mapping begins with five pollers, and each waits for messages for 20 seconds. */
const POLLERS = 5;
const POLLS_A_MINUTE = 3;
/** A command of SST's as one would type it, with what stands before it in the same line or code. */
const SST_COMMAND = /(?<before>[^`\n]*?)\bsst (?<verb>[a-z]+)(?<rest>(?: [a-zA-Z-]+)*) --stage \S+/g;
const VERBS = ["deploy", "remove", "diff", "state"];

function text(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** What docs promise of a stage. */
export function docsPromises(graph: () => Graph): void {
  const deploy = () => text("docs/deploy.md");

  test("docs/deploy.md counts what a stage is made of", () => {
    const inAws = graph().resources.filter(({ type }) => type.startsWith("aws:")).length;
    const [queues, functions] = [graph().queues, graph().functions].map(({ length }) => NUMBERS[length - 6]);
    expect(deploy()).toContain(
      `${queues} queues, ${functions} functions and what ties them together: ${inAws} resources`,
    );
  });

  test("docs/deploy.md counts what an idle stage is billed for", () => {
    const alarms = graph().of("aws:cloudwatch/metricAlarm:MetricAlarm").length;
    expect(deploy()).toContain(`| CloudWatch alarms | ${alarms} |`);
    const polls = graph().of("aws:lambda/eventSourceMapping:EventSourceMapping").length * POLLERS * POLLS_A_MINUTE;
    expect(deploy()).toContain(`${(polls * MINUTES_A_MONTH).toLocaleString("en")} requests`);
    const calls = graph()
      .of("aws:scheduler/schedule:Schedule")
      .map(({ inputs }) => MINUTES_A_MONTH / Number(/rate\((\d+) minutes\)/.exec(inputs.scheduleExpression)?.[1]))
      .reduce((sum, one) => sum + one, 0);
    expect(deploy()).toContain(`${calls.toLocaleString("en")} calls`);
  });

  test("every command of SST's that docs and messages show runs in a fresh clone, and is one that SST has", () => {
    const files = execFileSync("git", ["ls-files", "*.md", "packages/cli/*.ts", "stacks/*.ts"], {
      cwd: root,
      encoding: "utf8",
    });
    const commands = files
      .split("\n")
      .filter((path) => path !== "" && !path.endsWith(".test.ts"))
      .flatMap((path) => [...text(path).matchAll(SST_COMMAND)].map(({ groups = {} }) => ({ path, ...groups })));
    expect(commands.length).toBeGreaterThan(3);
    for (const { path, before, verb } of commands as { path: string; before: string; verb: string }[]) {
      expect(before, path).toMatch(/npx -y pnpm@12 $/);
      expect(VERBS, path).toContain(verb);
    }
  });
}
