import { readFileSync } from "node:fs";
import { join } from "node:path";
import { counters, METRICS_NAMESPACE } from "@sluice/functions/log";
import { expect, test } from "vitest";
import type { Graph } from "../graph/graph.ts";
import { root } from "../root.ts";

/** The gauges that measure gives; see lane-gauges.ts of the core. */
const GAUGES = ["IdleLanes", "PendingJobs", "RunningJobs", "LongestScheduledHours"];

/** What a stage promises to tell. */
export function alarmPromises(graph: () => Graph, stage: string): void {
  const alarms = () => graph().of("aws:cloudwatch/metricAlarm:MetricAlarm");
  const operations = () => readFileSync(join(root, "docs", "operations.md"), "utf8");

  test("every dead-letter queue is watched, from the first message on", () => {
    const workQueues = graph()
      .of("aws:lambda/eventSourceMapping:EventSourceMapping")
      .map(({ inputs }) => inputs.eventSourceArn);
    const deadLetters = graph().queues.filter(({ state }) => !workQueues.includes(state.arn));
    expect(deadLetters).toHaveLength(6);
    for (const { name, state } of deadLetters) {
      const watching = alarms().filter(({ inputs }) => inputs.dimensions.QueueName === state.name);
      expect(
        watching.map(({ inputs }) => inputs),
        name,
      ).toEqual([
        expect.objectContaining({
          metricName: "ApproximateNumberOfMessagesVisible",
          threshold: 0,
          evaluationPeriods: 1,
        }),
      ]);
    }
  });

  test("the errors of every function are watched, except of the one whose caller sees them", () => {
    for (const { name, state } of graph().functions.filter(({ name }) => name !== "RemoveFunction"))
      expect(
        alarms().filter(
          ({ inputs }) => inputs.metricName === "Errors" && inputs.dimensions.FunctionName === state.name,
        ),
        name,
      ).toHaveLength(1);
  });

  test("an idle lane with work is told after a quarter of an hour, and a job that hangs in Scheduled after its hours", () => {
    const own = alarms().filter(({ inputs }) => inputs.namespace === METRICS_NAMESPACE);
    expect(own.map(({ inputs }) => inputs.metricName).sort()).toEqual(["IdleLanes", "LongestScheduledHours"]);
    for (const { inputs } of own) {
      expect(GAUGES).toContain(inputs.metricName);
      expect(inputs.dimensions).toEqual({ service: "sluice", stage });
    }
    const idle = own.find(({ inputs }) => inputs.metricName === "IdleLanes")?.inputs;
    expect(idle.period * idle.evaluationPeriods).toBe(15 * 60);
    expect(graph().one("aws:scheduler/schedule:Schedule", /^MeasureCron/).inputs.scheduleExpression).toBe(
      `rate(${idle.period / 60} minutes)`,
    );
  });

  test("every alarm goes to the topic, and tells what happened and where to read on", () => {
    const [topic] = graph().of("aws:sns/topic:Topic");
    for (const { name, inputs } of alarms()) {
      expect(inputs.alarmActions, name).toEqual([topic?.state.arn]);
      expect(inputs.alarmDescription, name).toContain("docs/operations.md");
    }
  });

  test("docs/operations.md names every alarm, every dead-letter queue and every metric", () => {
    const text = operations();
    for (const { name } of alarms()) expect(text, name).toContain(`\`${name.replace(/Alarm$/, "")}\``);
    for (const metric of [...GAUGES, ...Object.values(counters).map(({ metric }) => metric)])
      expect(text, metric).toContain(`\`${metric}\``);
  });
}
