import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { type BatchFiles, FilesAccessDeniedError } from "@sluice/emulator";
import { REGION } from "../evaluation/aws-answers.ts";

/** The bucket as Bedrock sees it: with the role that the job was given, and what its policies allow. */
export function roleFiles(endpoint: string, role: string): BatchFiles {
  const credentials = { accessKeyId: role, secretAccessKey: role };
  const client = new S3Client({ endpoint, region: REGION, credentials, forcePathStyle: true });
  return {
    async sizeBytes(uri) {
      try {
        return (await client.send(new HeadObjectCommand(placeOf(uri)))).ContentLength;
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw translated(error, uri);
      }
    },
    async list(folderUri) {
      const { Bucket, Key: Prefix } = placeOf(folderUri);
      const answer = await client.send(new ListObjectsV2Command({ Bucket, Prefix })).catch((error: unknown) => {
        throw translated(error, folderUri);
      });
      return (answer.Contents ?? []).map(({ Key, Size }) => ({ uri: `s3://${Bucket}/${Key}`, sizeBytes: Size ?? 0 }));
    },
    async *read(uri) {
      const answer = await client.send(new GetObjectCommand(placeOf(uri))).catch((error: unknown) => {
        throw translated(error, uri);
      });
      if (answer.Body !== undefined) yield await answer.Body.transformToByteArray();
    },
    async write(uri, chunks) {
      const read: Uint8Array[] = [];
      for await (const chunk of chunks) read.push(chunk);
      await client
        .send(new PutObjectCommand({ ...placeOf(uri), Body: Buffer.concat(read) }))
        .catch((error: unknown) => {
          throw translated(error, uri);
        });
    },
  };
}

function placeOf(uri: string): { Bucket: string; Key: string } {
  const [, Bucket = "", Key = ""] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(uri) ?? [];
  return { Bucket, Key };
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function translated(error: unknown, uri: string): unknown {
  return statusOf(error) === 403 ? new FilesAccessDeniedError(`Access denied to ${uri}.`) : error;
}
