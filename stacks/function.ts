import { namespaceOf } from "../packages/stage/src/outputs/namespace.ts";
import { environmentName, type StageOutputs } from "../packages/stage/src/outputs/outputs.ts";
import { account, lastOutputs, region } from "./place.ts";
import { collectQueue, planQueue, wakeQueue } from "./queues.ts";
import { bedrockRoleArn } from "./role.ts";
import { settings } from "./settings.ts";
import { bucket, settingsObject } from "./storage.ts";
import { table } from "./table.ts";

/** What the stage is made of; the CLI reads the same document from SSM. */
export const stageOutputs = {
  app: $app.name,
  stage: $app.stage,
  // Fails before any function is made if the stage is another table's.
  namespace: table.name.apply((name) =>
    namespaceOf({ app: $app.name, stage: $app.stage, account, region, table: name }, lastOutputs),
  ),
  region,
  bucket: bucket.name,
  table: table.name,
  // By way of the object, so that no function starts before its settings are there.
  settingsKey: settingsObject.key,
  bedrockRoleArn,
  ...(settings.kmsKeyArn === undefined ? {} : { kmsKeyArn: settings.kmsKeyArn }),
  planQueueUrl: planQueue.url,
  collectQueueUrl: collectQueue.url,
  wakeQueueUrl: wakeQueue.url,
  keepDays: String(settings.retention.tableDays),
} satisfies { [Field in keyof StageOutputs]: $util.Input<string> };

const environment = {
  ...Object.fromEntries(Object.entries(stageOutputs).map(([field, value]) => [environmentName(field), value])),
  POWERTOOLS_SERVICE_NAME: $app.name,
  POWERTOOLS_METRICS_NAMESPACE: "Sluice",
};

export interface SluiceFunction {
  /** The name of the entry file under packages/functions/src/lambda/. */
  entry: string;
  description: string;
  timeoutMinutes: number;
  memoryMb: number;
  grants: sst.aws.FunctionPermissionArgs[];
  /** Where Lambda sends what the function failed on; its events come without a queue. */
  onFailure?: { queue: sst.aws.Queue; retries: number; mostAgeSeconds: number };
}

/** A function with this stage's runtime, logs and environment, and with no right beyond its grants. */
export function sluiceFunction(name: string, made: SluiceFunction) {
  const { onFailure } = made;
  const logs = new aws.cloudwatch.LogGroup(`${name}Logs`, {
    name: `/${$app.name}/${$app.stage}/${name}`,
    retentionInDays: settings.retention.logs,
  });
  const fn = new sst.aws.Function(name, {
    handler: `packages/functions/src/lambda/${made.entry}.handler`,
    description: made.description,
    // `sst dev` would put a stub in its place, and events that come while nobody develops would be lost.
    dev: false,
    runtime: "nodejs24.x",
    architecture: "arm64",
    timeout: `${made.timeoutMinutes} minutes`,
    memory: `${made.memoryMb} MB`,
    logging: { format: "json", logGroup: logs.name },
    environment,
    permissions: [
      ...made.grants,
      // In the role's own list: SST's provider removes every policy of a role that its list does not name.
      { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [$interpolate`${logs.arn}:*`] },
      ...(onFailure === undefined ? [] : [{ actions: ["sqs:SendMessage"], resources: [onFailure.queue.arn] }]),
    ],
    ...(onFailure === undefined ? {} : { retries: onFailure.retries }),
    transform: {
      role: (role) => {
        // AWS's managed policy for logs allows every log group of the account.
        role.managedPolicyArns = [];
        // `sst dev` would let the account's own users take the role; sst 4.17.1 does so in every stage.
        role.assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" });
      },
      ...(onFailure === undefined
        ? {}
        : {
            eventInvokeConfig: (config) => {
              config.maximumEventAgeInSeconds = onFailure.mostAgeSeconds;
              config.destinationConfig = { onFailure: { destination: onFailure.queue.arn } };
            },
          }),
    },
  });
  return fn;
}
