import { advance, collect, plan, wake } from "./pipeline.ts";
import { prefix } from "./place.ts";
import {
  collectDeadLetters,
  failedEvents,
  planDeadLetters,
  sweepDeadLetters,
  undeliveredEvents,
  wakeDeadLetters,
} from "./queues.ts";
import { settings } from "./settings.ts";
import { MEASURE_MINUTES, measure, sweep } from "./sweeper.ts";

const RUNBOOK = "See docs/operations.md.";
const IDLE_MINUTES = 15;

/** Every alarm goes here; subscribe whatever you like besides the e-mail of the settings. */
export const topic = new aws.sns.Topic("Alarms", { name: `${prefix}-Alarms` });

const { email } = settings.notifications;
if (email !== undefined)
  new aws.sns.TopicSubscription("AlarmsEmail", { topic: topic.arn, protocol: "email", endpoint: email });

type Watched = Pick<
  aws.cloudwatch.MetricAlarmArgs,
  "namespace" | "metricName" | "dimensions" | "statistic" | "period" | "evaluationPeriods" | "threshold"
>;

/** Raised when the value is above the threshold in every period; nothing measured is nothing wrong. */
function alarm(name: string, description: string, watched: Watched) {
  return new aws.cloudwatch.MetricAlarm(`${name}Alarm`, {
    name: `${prefix}-${name}`,
    alarmDescription: `${description} ${RUNBOOK}`,
    comparisonOperator: "GreaterThanThreshold",
    treatMissingData: "notBreaching",
    alarmActions: [topic.arn],
    okActions: [topic.arn],
    ...watched,
  });
}

const deadLetters = {
  PlanDeadLetters: [planDeadLetters, "A dropped file could not be planned five times."],
  CollectDeadLetters: [collectDeadLetters, "An ended job could not be collected five times."],
  WakeDeadLetters: [wakeDeadLetters, "A lane could not be woken five times."],
  UndeliveredEvents: [undeliveredEvents, "EventBridge could not deliver an event of Bedrock's for an hour."],
  FailedEvents: [failedEvents, "An event of Bedrock's failed three times."],
  SweepDeadLetters: [sweepDeadLetters, "A sweep or a measurement failed or could not be started."],
} as const;
for (const [name, [queue, description]] of Object.entries(deadLetters))
  alarm(name, description, {
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: queue.nodes.queue.name },
    statistic: "Maximum",
    period: 300,
    evaluationPeriods: 1,
    threshold: 0,
  });

const functions = { Plan: plan, Advance: advance, Wake: wake, Collect: collect, Sweep: sweep, Measure: measure };
for (const [name, fn] of Object.entries(functions))
  alarm(`${name}Errors`, `The function ${name} crashed or ran out of time in each of three periods.`, {
    namespace: "AWS/Lambda",
    metricName: "Errors",
    dimensions: { FunctionName: fn.name },
    statistic: "Sum",
    period: 300,
    evaluationPeriods: 3,
    threshold: 0,
  });

const own = { namespace: "Sluice", dimensions: { service: $app.name, stage: $app.stage } };
alarm("IdleLane", `A lane has had pending jobs and free slots for ${IDLE_MINUTES} minutes.`, {
  ...own,
  metricName: "IdleLanes",
  statistic: "Minimum",
  period: MEASURE_MINUTES * 60,
  evaluationPeriods: IDLE_MINUTES / MEASURE_MINUTES,
  threshold: 0,
});
alarm("Scheduled", `A job has been in Scheduled for over ${settings.alarms.scheduledHours} hours.`, {
  ...own,
  metricName: "LongestScheduledHours",
  statistic: "Maximum",
  period: MEASURE_MINUTES * 60,
  evaluationPeriods: 1,
  threshold: settings.alarms.scheduledHours,
});
