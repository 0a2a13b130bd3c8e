import { account, partition, prefix, region } from "./place.ts";
import { settings } from "./settings.ts";
import { bucket } from "./storage.ts";

const bedrockArn = `arn:${partition}:bedrock:${region}:${account}`;

/**
 * Whatever a job can be created on from here; profiles route to their models in other Regions. Which of them are used
 * the settings decide. Rights that named the models of the lanes would be taken from jobs that still wait and run when
 * their lane leaves the settings, and would outgrow what IAM takes of a role, 10,240 characters, at 29 lanes.
 */
export const models = [
  `arn:${partition}:bedrock:*::foundation-model/*`,
  ...["inference-profile", "application-inference-profile", "custom-model"].map((kind) => `${bedrockArn}:${kind}/*`),
];
export const jobsArn = `${bedrockArn}:model-invocation-job/*`;

/** What a KMS key is used for, by functions and Bedrock alike: only ever through S3. */
export const kmsStatements =
  settings.kmsKeyArn === undefined
    ? []
    : [
        {
          actions: ["kms:Decrypt", "kms:GenerateDataKey"],
          resources: [settings.kmsKeyArn],
          conditions: [{ test: "StringEquals", variable: "kms:ViaService", values: [`s3.${region}.amazonaws.com`] }],
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
    name: `${prefix}-${region}-bedrock`,
    description: `Taken by Bedrock for the batch jobs of Sluice's stage ${$app.stage}`,
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
        policy: aws.iam.getPolicyDocumentOutput({
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
            // A profile invokes its model in other Regions on the role's behalf, and some paths check it for models too.
            { actions: ["bedrock:InvokeModel"], resources: models },
            ...kmsStatements,
          ],
        }).json,
      },
    ],
  });
}

export const bedrockRoleArn = settings.bedrockRoleArn === undefined ? makeRole().arn : $output(settings.bedrockRoleArn);
