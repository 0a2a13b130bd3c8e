import { sluiceFunction } from "./function.ts";
import {
  consume,
  createJobs,
  deleteObjects,
  getJobs,
  listBucket,
  readObjects,
  readQuotas,
  readSettings,
  refillLanes,
  sendTo,
  useTable,
  writeObjects,
} from "./grants.ts";
import { account, partition, prefix, region } from "./place.ts";
import { allowSender, collectQueue, failedEvents, planQueue, undeliveredEvents, wakeQueue } from "./queues.ts";
import { settings } from "./settings.ts";
import { bucket } from "./storage.ts";

/** An event older than this says nothing that the sweep has not found out. */
const MOST_EVENT_AGE_SECONDS = 3_600;
/** The least that a mapping takes; a wake is over in seconds. */
const WAKES_AT_ONCE = 2;

export const plan = sluiceFunction("Plan", {
  entry: "plan",
  description: "Checks a dropped file, prepares and queues its jobs",
  timeoutMinutes: 15,
  memoryMb: settings.plan.memoryMb,
  grants: [
    ...readSettings,
    ...refillLanes,
    ...useTable("PutItem"),
    ...listBucket,
    ...readObjects("to-process/", "staging/", "processed/"),
    ...writeObjects("staging/", "processed/"),
    ...deleteObjects("staging/"),
    ...createJobs,
    ...readQuotas,
    ...consume(planQueue),
    ...sendTo(planQueue, collectQueue, wakeQueue),
  ],
});

export const advance = sluiceFunction("Advance", {
  entry: "advance",
  description: "Brings a job forward and gives its freed slot to the next",
  timeoutMinutes: 5,
  memoryMb: 512,
  grants: [
    ...readSettings,
    ...refillLanes,
    ...createJobs,
    ...getJobs,
    // The end of another user's job refills a lane, which may be a new one.
    ...readQuotas,
    ...sendTo(collectQueue, wakeQueue),
  ],
  onFailure: { queue: failedEvents, retries: 2, mostAgeSeconds: MOST_EVENT_AGE_SECONDS },
});

export const wake = sluiceFunction("Wake", {
  entry: "wake",
  description: "Refills a lane at a time that was asked for",
  timeoutMinutes: 5,
  memoryMb: 512,
  grants: [
    ...readSettings,
    ...refillLanes,
    ...createJobs,
    ...getJobs,
    ...consume(wakeQueue),
    ...sendTo(collectQueue, wakeQueue),
  ],
});

export const collect = sluiceFunction("Collect", {
  entry: "collect",
  description: "Gives every record of an ended job its result or its error",
  timeoutMinutes: 15,
  memoryMb: settings.collect.memoryMb,
  grants: [
    ...readSettings,
    ...useTable("GetItem", "UpdateItem"),
    ...listBucket,
    ...readObjects("staging/", "output/", "settled/", "processed/"),
    ...writeObjects("settled/", "processed/"),
    ...deleteObjects("staging/", "settled/", "output/"),
    ...getJobs,
    ...consume(collectQueue),
    ...sendTo(collectQueue, wakeQueue),
  ],
});

/** One message at a time: a message is minutes of work, and the failure of one must not repeat the others. */
function worksOn(queue: sst.aws.Queue, fn: sst.aws.Function, concurrency: number) {
  return queue.subscribe(fn.arn, {
    batch: { size: 1, partialResponses: true },
    transform: {
      eventSourceMapping: (args) => {
        args.scalingConfig = { maximumConcurrency: concurrency };
      },
    },
  });
}
const consumers = [
  worksOn(planQueue, plan, settings.plan.concurrency),
  worksOn(collectQueue, collect, settings.collect.concurrency),
  worksOn(wakeQueue, wake, WAKES_AT_ONCE),
];

/** A drop is an object that was created under `to-process/`, by whatever kind of upload. */
new aws.s3.BucketNotification(
  "DropNotification",
  {
    bucket: bucket.name,
    queues: [{ id: "Drop", queueArn: planQueue.arn, events: ["s3:ObjectCreated:*"], filterPrefix: "to-process/" }],
  },
  { dependsOn: [allowSender("PlanQueueSenders", planQueue, { service: "s3", sourceArns: [bucket.arn] })] },
);

const defaultBus = `arn:${partition}:events:${region}:${account}:event-bus/default`;
const batchEvents = { source: ["aws.bedrock"], detailType: ["Batch Inference Job State Change"] };
/** Events are tried for an hour; then they are kept for a person, and the sweep repairs what they would have done. */
const delivery = {
  retryPolicy: { maximumEventAgeInSeconds: MOST_EVENT_AGE_SECONDS, maximumRetryAttempts: 24 },
  deadLetterConfig: { arn: undeliveredEvents.arn },
};

const stateChanges = sst.aws.Bus.subscribe("StateChange", defaultBus, advance.arn, {
  pattern: batchEvents,
  transform: {
    target: (args) => {
      Object.assign(args, delivery);
    },
  },
});

/** The same events, of ended jobs only, to the collect queue: refilling never waits for it. */
const ends = new aws.cloudwatch.EventRule("JobEnd", {
  name: `${prefix}-JobEnd`,
  description: "Batch jobs that have ended, to Sluice's collect queue",
  eventBusName: "default",
  eventPattern: JSON.stringify({
    source: batchEvents.source,
    "detail-type": batchEvents.detailType,
    detail: { status: ["Completed", "PartiallyCompleted", "Failed", "Stopped", "Expired"] },
  }),
});
const endsMaySend = allowSender("CollectQueueSenders", collectQueue, { service: "events", sourceArns: [ends.arn] });
new aws.cloudwatch.EventTarget(
  "JobEndTarget",
  { rule: ends.name, eventBusName: "default", arn: collectQueue.arn, ...delivery },
  { dependsOn: [endsMaySend] },
);
allowSender("UndeliveredEventsSenders", undeliveredEvents, {
  service: "events",
  sourceArns: [ends.arn, stateChanges.apply(({ nodes }) => nodes.rule.arn)],
});

/** Known once all that is made on the way is registered. */
export const pipeline = $util.all([
  ...[plan, advance, wake, collect].map(({ arn }) => arn),
  ...consumers.map((consumer) => consumer.apply(({ nodes }) => nodes.eventSourceMapping.id)),
  stateChanges.apply(({ nodes }) => nodes.target.id),
]);
