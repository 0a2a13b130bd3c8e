import { resourcesOfModels } from "../packages/stage/src/model-arns.ts";
import { account, partition, region } from "./place.ts";
import { settings } from "./settings.ts";
import { bucket } from "./storage.ts";

const models = Object.values(settings.queue.lanes).flatMap((lane) => lane.models);

/** The ARNs that stand for the stage's models in policies. */
export const modelResources = $resolve([account, region, partition]).apply(([account, region, partition]) =>
  resourcesOfModels(models, { account, region, partition }),
);
export const jobsArn = $interpolate`arn:${partition}:bedrock:${region}:${account}:model-invocation-job/*`;

/** What a KMS key is used for, by functions and Bedrock alike: only ever through S3. */
export const kmsStatements =
  settings.kmsKeyArn === undefined
    ? []
    : [
        {
          actions: ["kms:Decrypt", "kms:GenerateDataKey"],
          resources: [settings.kmsKeyArn],
          conditions: [
            { test: "StringEquals", variable: "kms:ViaService", values: [$interpolate`s3.${region}.amazonaws.com`] },
          ],
        },
      ];

/**
 * The role that Bedrock takes for a job: it reads what the plan prepared and writes below `output/`, and nothing else.
 * Only Bedrock itself, for jobs of this account, can take it.
 */
function makeRole() {
  const ownAccount = [{ test: "StringEquals", variable: "aws:ResourceAccount", values: [account] }];
  return new aws.iam.Role("BedrockRole", {
    // IAM is global: the same stage may be in two Regions.
    name: $interpolate`sluice-${$app.stage}-${region}-bedrock`,
    description: $interpolate`Taken by Bedrock for the batch jobs of Sluice's stage ${$app.stage}`,
    assumeRolePolicy: aws.iam.getPolicyDocumentOutput({
      statements: [
        {
          actions: ["sts:AssumeRole"],
          principals: [{ type: "Service", identifiers: ["bedrock.amazonaws.com"] }],
          conditions: [
            { test: "StringEquals", variable: "aws:SourceAccount", values: [account] },
            { test: "ArnLike", variable: "aws:SourceArn", values: [jobsArn] },
          ],
        },
      ],
    }).json,
    inlinePolicies: [
      {
        name: "batch",
        policy: modelResources.apply(
          ({ invoke }) =>
            aws.iam.getPolicyDocumentOutput({
              statements: [
                { actions: ["s3:ListBucket"], resources: [bucket.arn], conditions: ownAccount },
                {
                  actions: ["s3:GetObject"],
                  resources: [$interpolate`${bucket.arn}/staging/*`],
                  conditions: ownAccount,
                },
                {
                  actions: ["s3:PutObject"],
                  resources: [$interpolate`${bucket.arn}/output/*`],
                  conditions: ownAccount,
                },
                // A profile invokes its model in other Regions on the role's behalf.
                ...(invoke.length > 0 ? [{ actions: ["bedrock:InvokeModel"], resources: invoke }] : []),
                ...kmsStatements,
              ],
            }).json,
        ),
      },
    ],
  });
}

export const bedrockRoleArn = settings.bedrockRoleArn === undefined ? makeRole().arn : $output(settings.bedrockRoleArn);
