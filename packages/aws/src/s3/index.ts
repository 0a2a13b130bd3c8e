export { s3Client } from "./client.ts";
export { ObjectsNotDeleted, S3Objects, type S3ObjectsOptions } from "./s3-objects.ts";
