import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";

/** A client for `S3Objects`; what the configuration leaves out, the SDK finds in the environment. */
export function s3Client(config: S3ClientConfig): S3Client {
  return new S3Client(config);
}
