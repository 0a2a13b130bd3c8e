import { createHash } from "node:crypto";
import { isProduction } from "./place.ts";
import { settings } from "./settings.ts";

/** How long an upload that nobody finished is kept: no function runs for longer than 15 minutes. */
const UNFINISHED_UPLOAD_DAYS = 2;

/** Everything lies in one bucket, because Bedrock reads and writes where the job's role may. */
export const bucket = new sst.aws.Bucket("Drops", {
  cors: false,
  enforceHttps: true,
  transform: {
    bucket: (args) => {
      args.forceDestroy = !isProduction;
    },
  },
});

/** S3's own keys, or the user's. */
new aws.s3.BucketServerSideEncryptionConfiguration("DropsEncryption", {
  bucket: bucket.name,
  rules: [
    {
      applyServerSideEncryptionByDefault:
        settings.kmsKeyArn === undefined
          ? { sseAlgorithm: "AES256" }
          : { sseAlgorithm: "aws:kms", kmsMasterKeyId: settings.kmsKeyArn },
      bucketKeyEnabled: true,
    },
  ],
});

/** Nothing expires by age: Sluice itself deletes what is settled, and a job may wait for weeks. */
new aws.s3.BucketLifecycleConfiguration("DropsLifecycle", {
  bucket: bucket.name,
  rules: [
    {
      id: "abort-unfinished-uploads",
      status: "Enabled",
      filter: { prefix: "" },
      abortIncompleteMultipartUpload: { daysAfterInitiation: UNFINISHED_UPLOAD_DAYS },
    },
  ],
});

/**
 * The settings as the functions read them, once at their start. An object has no 4 KB limit as environment variables
 * and parameters have. Its key changes with its content, and with it the functions' environment, so that none runs on
 * with old settings.
 */
const settingsText = JSON.stringify(settings.queue);
export const settingsKey = `settings/${createHash("sha256").update(settingsText).digest("hex").slice(0, 16)}.json`;
export const settingsObject = new aws.s3.BucketObjectv2("Settings", {
  bucket: bucket.name,
  key: settingsKey,
  content: settingsText,
  contentType: "application/json",
});
