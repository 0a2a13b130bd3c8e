import { sluiceFunction } from "./function.ts";
import {
  createJobs,
  deleteObjects,
  getJobs,
  listBucket,
  listJobs,
  queryIndexes,
  readObjects,
  readQuotas,
  readSettings,
  refillLanes,
  sendTo,
  useTable,
  writeObjects,
} from "./grants.ts";
import { pipeline } from "./pipeline.ts";
import { collectQueue, planQueue, sweepDeadLetters, wakeQueue } from "./queues.ts";
import { settings } from "./settings.ts";

/** How often the lanes are measured: three in a row are the quarter of an hour after which an idle lane is reported. */
export const MEASURE_MINUTES = 5;

/** Bedrock's list is read page by page, of a thousand jobs each. */
const REMOVE_MINUTES = 5;

/** Lambda keeps an event for its function for six hours at most. */
const MOST_AGE_SECONDS = 6 * 3_600;

export const sweep = sluiceFunction("Sweep", {
  entry: "sweep",
  description: "Repairs what an event should have done",
  timeoutMinutes: 15,
  memoryMb: 1_024,
  grants: [
    ...readSettings,
    ...refillLanes,
    ...useTable("PutItem", "BatchGetItem"),
    ...queryIndexes,
    ...listBucket,
    ...readObjects("to-process/", "staging/", "processed/"),
    ...writeObjects("processed/"),
    ...deleteObjects("staging/"),
    ...createJobs,
    ...getJobs,
    ...readQuotas,
    ...sendTo(planQueue, collectQueue, wakeQueue),
  ],
  onFailure: {
    queue: sweepDeadLetters,
    retries: 1,
    mostAgeSeconds: Math.min(MOST_AGE_SECONDS, settings.sweepMinutes * 60),
  },
});

export const measure = sluiceFunction("Measure", {
  entry: "measure",
  description: "Measures the lanes for the alarms",
  timeoutMinutes: 1,
  memoryMb: 512,
  grants: [...readSettings, ...useTable("GetItem", "Query"), ...getJobs],
  onFailure: { queue: sweepDeadLetters, retries: 0, mostAgeSeconds: MEASURE_MINUTES * 60 },
});

new sst.aws.CronV2("SweepCron", {
  schedule: `rate(${settings.sweepMinutes} minutes)`,
  function: sweep.arn,
  retries: 2,
  dlq: sweepDeadLetters.arn,
});

new sst.aws.CronV2("MeasureCron", {
  schedule: `rate(${MEASURE_MINUTES} minutes)`,
  function: measure.arn,
  retries: 0,
  dlq: sweepDeadLetters.arn,
});

/**
 * Has a function asked before anything else of the stage is deleted: `sst remove` would leave jobs in Bedrock that are
 * paid for and that nobody collects. Pulumi deletes first what depends on everything, and stops if that fails.
 */
export function guardRemoval(everything: readonly $util.Resource[]) {
  const remove = sluiceFunction("Remove", {
    entry: "remove",
    description: "Keeps the stage from being removed while its jobs run",
    timeoutMinutes: REMOVE_MINUTES,
    memoryMb: 512,
    grants: [...readSettings, ...useTable("Query"), ...listJobs],
  });
  const guard: aws.lambda.Invocation = new aws.lambda.Invocation(
    "RemovalGuard",
    { functionName: remove.name, input: "{}", lifecycleScope: "CRUD", terraformKey: "tf" },
    {
      dependsOn: $util
        .all([pipeline, sweep.arn, measure.arn, remove.arn])
        .apply(() => everything.filter((one) => one !== guard)),
    },
  );
}
