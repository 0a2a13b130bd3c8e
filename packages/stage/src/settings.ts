import { SettingsInvalid, settingsSchema } from "@sluice/core";
import * as z from "zod";

/** Lambda's maximum: no function can take longer. */
const MEMORY_MB = { least: 512, most: 10_240 };
/** The Lambda guide, "Configuring maximum concurrency for Amazon SQS event sources": from 2 to 1,000. */
const CONCURRENCY = { least: 2, most: 1_000 };
/** What CloudWatch Logs takes as a retention, as far as it is of use here. */
const LOG_RETENTIONS = ["1 week", "2 weeks", "1 month", "3 months", "6 months", "1 year"] as const;

const workerSchema = z.strictObject({
  memoryMb: z.int().min(MEMORY_MB.least).max(MEMORY_MB.most).default(2_048).describe("its share of CPU grows with it"),
  concurrency: z.int().min(CONCURRENCY.least).max(CONCURRENCY.most).default(10).describe("the most messages at once"),
});

/** What a user decides about a deployed stage: the queue's own settings, and how it runs in the account. */
export const stageSettingsSchema = z.strictObject({
  queue: settingsSchema.describe("lanes, routes and the default route: the same document as a local sluice.json"),
  notifications: z
    .strictObject({ email: z.email().optional().describe("gets the alarms, once it has confirmed AWS's first mail") })
    .default({}),
  retention: z
    .strictObject({
      logs: z.enum(LOG_RETENTIONS).default("1 month"),
      tableDays: z.int().min(90).max(3_650).default(365).describe("how long ended work stays in the table"),
    })
    .prefault({}),
  alarms: z
    .strictObject({
      scheduledHours: z.int().min(1).max(168).default(12).describe("a job that waits longer in Scheduled is reported"),
    })
    .prefault({}),
  plan: workerSchema.prefault({}),
  collect: workerSchema.prefault({}),
  sweepMinutes: z.int().min(5).max(1_440).default(30).describe("how often the repairing pass runs"),
  bedrockRoleArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, "the ARN of an IAM role")
    .optional()
    .describe("a service role of your own for Bedrock; left out, the stage makes one"),
  kmsKeyArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/.+$/, "the ARN of a KMS key (not of an alias)")
    .optional()
    .describe("encrypts the bucket; left out, S3's own keys do"),
});

export type StageSettings = z.output<typeof stageSettingsSchema>;

/**
 * Checks a stage's settings before anything is deployed.
 *
 * @param source where they came from, for the error
 * @throws SettingsInvalid, which names every wrong field
 */
export function checkStageSettings(settings: z.input<typeof stageSettingsSchema>, source: string): StageSettings {
  const parsed = stageSettingsSchema.safeParse(settings);
  if (!parsed.success) throw new SettingsInvalid(source, parsed.error.issues);
  return parsed.data;
}
