import { account } from "./place.ts";

/** SQS's longest: a message in a dead-letter queue waits for a person. */
const DEAD_LETTER_RETENTION_SECONDS = 14 * 24 * 60 * 60;
/** How often a message is delivered before it goes to its dead-letter queue. */
const MOST_DELIVERIES = 5;
/** Lambda's guide asks for a visibility of at least six times the function's timeout. */
const VISIBILITY_FACTOR = 6;

/** A queue where failed work waits for a person. An alarm watches each. */
function deadLetterQueue(name: string) {
  return new sst.aws.Queue(name, {
    transform: {
      queue: (args) => {
        args.messageRetentionSeconds = DEAD_LETTER_RETENTION_SECONDS;
      },
    },
  });
}

/**
 * A queue whose messages one function works on.
 *
 * @param timeoutMinutes the function's timeout
 */
function workQueue(name: string, deadLetters: sst.aws.Queue, timeoutMinutes: number) {
  return new sst.aws.Queue(name, {
    visibilityTimeout: `${timeoutMinutes * VISIBILITY_FACTOR} minutes`,
    dlq: { queue: deadLetters.arn, retry: MOST_DELIVERIES },
  });
}

/**
 * Lets S3 or EventBridge send to a queue, for one source only; SST's own policy would let any source of any account.
 * A rule's ARN names its account, a bucket's does not.
 */
export function allowSender(
  name: string,
  queue: sst.aws.Queue,
  sender: { service: "s3" | "events"; sourceArns: $util.Input<string>[] },
) {
  return new aws.sqs.QueuePolicy(name, {
    queueUrl: queue.url,
    policy: aws.iam.getPolicyDocumentOutput({
      statements: [
        {
          actions: ["sqs:SendMessage"],
          resources: [queue.arn],
          principals: [{ type: "Service", identifiers: [`${sender.service}.amazonaws.com`] }],
          conditions: [
            { test: "ArnEquals", variable: "aws:SourceArn", values: sender.sourceArns },
            ...(sender.service === "s3"
              ? [{ test: "StringEquals", variable: "aws:SourceAccount", values: [account] }]
              : []),
          ],
        },
      ],
    }).json,
  });
}

export const planDeadLetters = deadLetterQueue("PlanDeadLetters");
export const planQueue = workQueue("PlanQueue", planDeadLetters, 15);
export const collectDeadLetters = deadLetterQueue("CollectDeadLetters");
export const collectQueue = workQueue("CollectQueue", collectDeadLetters, 15);
export const wakeDeadLetters = deadLetterQueue("WakeDeadLetters");
export const wakeQueue = workQueue("WakeQueue", wakeDeadLetters, 5);
/** Events that EventBridge could not deliver. */
export const undeliveredEvents = deadLetterQueue("UndeliveredEvents");
/** Events on which the advance function failed. */
export const failedEvents = deadLetterQueue("FailedEvents");
/** Sweeps that the schedule could not start, or that failed. */
export const sweepDeadLetters = deadLetterQueue("SweepDeadLetters");
