import { environmentName, type StageOutputs } from "../packages/stage/src/outputs.ts";
import { region } from "./place.ts";
import { collectQueue, planQueue, wakeQueue } from "./queues.ts";
import { bedrockRoleArn } from "./role.ts";
import { settings } from "./settings.ts";
import { bucket, settingsObject } from "./storage.ts";
import { table } from "./table.ts";

/** What the stage is made of; the CLI reads the same document from SSM. */
export const stageOutputs = {
  stage: $app.stage,
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
  POWERTOOLS_SERVICE_NAME: "sluice",
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
  const fn = new sst.aws.Function(name, {
    handler: `packages/functions/src/lambda/${made.entry}.handler`,
    description: made.description,
    runtime: "nodejs22.x",
    architecture: "arm64",
    timeout: `${made.timeoutMinutes} minutes`,
    memory: `${made.memoryMb} MB`,
    logging: { format: "json", retention: settings.retention.logs },
    environment,
    permissions: [
      ...made.grants,
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
  new aws.iam.RolePolicy(`${name}Logs`, {
    role: fn.nodes.role.name,
    policy: aws.iam.getPolicyDocumentOutput({
      statements: [
        {
          actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
          resources: [fn.nodes.logGroup.apply((group) => $interpolate`${group?.arn}:*`)],
        },
      ],
    }).json,
  });
  return fn;
}
