import { collectMessage, planMessage, wakeMessage } from "@sluice/aws";
import { advance, collect, collectEvent, type LogEntry, plan, sweep, type World, wake } from "@sluice/core";
import type { SQSBatchResponse } from "aws-lambda";
import type { ZodType } from "zod";
import { droppedKeys, MessageUnreadable, parseJson, type QueueHandler, sightingOf } from "./events.ts";

/** Where a handler finds its world; it is made once, at the first event. */
export type WorldSource = () => Promise<World>;

/** The plan queue: S3's notifications, and our own messages that name one object. */
export function planHandler(source: WorldSource) {
  return eachMessage(source, "planFailed", async (world, body) => {
    const own = planMessage.safeParse(parseJson(body, "A plan message"));
    const keys = own.success ? [own.data.key] : droppedKeys(body);
    const failed: unknown[] = [];
    for (const key of keys) await plan(world, key).catch((error) => failed.push(error));
    // The message comes again for the sake of these; planning the others again changes nothing.
    if (failed.length > 0) throw failed[0];
  });
}

/** The wake queue: lanes to refill at a time. */
export function wakeHandler(source: WorldSource) {
  return eachMessage(source, "wakeFailed", async (world, body) => {
    const { lane, at } = read(wakeMessage, body, "A wake message");
    await wake(world, lane, at);
  });
}

/** The collect queue: the events of ended jobs, and our own messages that name one job. */
export function collectHandler(source: WorldSource) {
  return eachMessage(source, "collectFailed", async (world, body) => {
    const message = parseJson(body, "A collect message");
    const own = collectMessage.safeParse(message);
    if (own.success) return collect(world, own.data.jobId, own.data.at);
    const seen = sightingOf(message);
    if (seen !== undefined) await collectEvent(world, seen);
  });
}

/** Bedrock's state-change event, straight from EventBridge, which calls again if this throws. */
export function advanceHandler(source: WorldSource) {
  return async (event: unknown): Promise<void> => {
    const world = await source();
    const seen = sightingOf(event);
    if (seen === undefined) world.log({ level: "warn", event: "unknownStatus", message: "Bedrock sent a new status." });
    else await advance(world, seen);
  };
}

/** The schedule. */
export function sweepHandler(source: WorldSource) {
  return async (): Promise<void> => {
    await sweep(await source());
  };
}

/** Works on each message of a batch by itself: those that fail are delivered again, the others are not. */
function eachMessage(
  source: WorldSource,
  failed: LogEntry["event"],
  work: (world: World, body: string) => Promise<void>,
): QueueHandler {
  return async (event) => {
    const world = await source();
    const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
    for (const { messageId, body } of event.Records) {
      try {
        await work(world, body);
      } catch (error) {
        world.log({ level: "error", event: failed, message: messageOf(error) });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };
}

function read<T>(schema: ZodType<T>, body: string, what: string): T {
  const parsed = schema.safeParse(parseJson(body, what));
  if (!parsed.success) throw new MessageUnreadable(what, parsed.error);
  return parsed.data;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
