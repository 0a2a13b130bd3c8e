import { type BedrockStatus, bedrockStatus, type Sighting } from "@sluice/core";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import * as z from "zod";

/** A handler of a queue, as Lambda calls it: what of a batch failed comes again. */
export type QueueHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

/** What S3 sends of a new object, as far as it is read here. */
const s3Notification = z.object({
  Records: z.array(
    z.object({
      eventName: z.string(),
      s3: z.object({ object: z.object({ key: z.string() }) }),
    }),
  ),
});

/** What S3 sends once, when a notification is set up. */
const s3TestEvent = z.object({ Event: z.literal("s3:TestEvent") });

/** Bedrock's event on EventBridge's default bus, as far as it is read here. */
const batchEvent = z.object({
  source: z.literal("aws.bedrock"),
  "detail-type": z.literal("Batch Inference Job State Change"),
  detail: z.object({
    batchJobName: z.string(),
    batchJobArn: z.string(),
    batchModelId: z.string(),
    status: z.string(),
    failureMessage: z.string().nullish(),
  }),
});

/** A message that cannot be read; the queue keeps it for people to look at. */
export class MessageUnreadable extends Error {
  constructor(what: string, cause: unknown) {
    super(
      `${what} could not be read. It stays in the queue and then goes to its dead-letter queue; look at it there, and report it if Sluice or AWS wrote it.`,
      { cause },
    );
    this.name = "MessageUnreadable";
  }
}

/**
 * The keys of the objects that a notification tells of; none for S3's test event and for deletions.
 *
 * @throws MessageUnreadable
 */
export function droppedKeys(body: string): string[] {
  const message = parseJson(body, "An S3 notification");
  if (s3TestEvent.safeParse(message).success) return [];
  const parsed = s3Notification.safeParse(message);
  if (!parsed.success) throw new MessageUnreadable("An S3 notification", parsed.error);
  return parsed.data.Records.filter(({ eventName }) => eventName.startsWith("ObjectCreated")).map(({ s3 }) =>
    decodeKey(s3.object.key),
  );
}

/** S3 encodes keys in notifications like form fields: percent signs, and `+` for a space. */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch (error) {
    throw new MessageUnreadable("The key in an S3 notification", error);
  }
}

/**
 * What a state-change event says; undefined for a status that Bedrock did not have when this was written.
 *
 * @throws MessageUnreadable
 */
export function sightingOf(event: unknown): Sighting | undefined {
  const parsed = batchEvent.safeParse(event);
  if (!parsed.success) throw new MessageUnreadable("A batch job's state-change event", parsed.error);
  const { batchJobName, batchJobArn, batchModelId, status, failureMessage } = parsed.data.detail;
  const known: BedrockStatus | undefined = bedrockStatus(status);
  if (known === undefined) return undefined;
  return {
    jobName: batchJobName,
    arn: batchJobArn,
    modelId: batchModelId,
    status: known,
    ...(failureMessage && { message: failureMessage }),
  };
}

/** @throws MessageUnreadable */
export function parseJson(body: string, what: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new MessageUnreadable(what, error);
  }
}
