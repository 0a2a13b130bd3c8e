import { sqsClient } from "@sluice/aws";
import type { World } from "@sluice/core";
import { type StageOutputs, stageOutputsOf } from "@sluice/stage";
import type { Context, SQSEvent } from "aws-lambda";
import { awsWorld } from "../aws-world.ts";
import type { QueueHandler } from "../events.ts";
import type { WorldSource } from "../handlers.ts";
import { type Telemetry, telemetryOf } from "../log.ts";
import { retrySooner } from "../retry-sooner.ts";

/** What every entry is made of. Nothing is asked of AWS before the first event. */
interface Composed {
  world: WorldSource;
  telemetry: Telemetry;
  outputs: StageOutputs;
  sqs: ReturnType<typeof sqsClient>;
}

let composed: Composed | undefined;

function compose(): Composed {
  if (composed !== undefined) return composed;
  const outputs = stageOutputsOf(process.env);
  const telemetry = telemetryOf(outputs);
  let made: Promise<World> | undefined;
  const world = () => {
    // A world that could not be made is tried again at the next event.
    made ??= awsWorld(outputs, telemetry.log).catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  composed = { outputs, telemetry, world, sqs: sqsClient({ region: outputs.region }) };
  return composed;
}

/** A Lambda function: composes its world from the environment, and sends its metrics before it answers. */
export function lambda<Event, Answer>(work: (event: Event, made: Composed) => Promise<Answer>) {
  return async (event: Event, context: Pick<Context, "awsRequestId">): Promise<Answer> => {
    const made = compose();
    made.telemetry.begin(context);
    try {
      return await work(event, made);
    } finally {
      made.telemetry.flush();
    }
  };
}

/** A Lambda function on a queue, whose failed messages come back after minutes. */
export function queueLambda(
  handler: (source: WorldSource) => QueueHandler,
  queueUrl: (outputs: StageOutputs) => string,
) {
  return lambda((event: SQSEvent, { world, telemetry, outputs, sqs }) =>
    retrySooner(handler(world), { client: sqs, url: queueUrl(outputs), log: telemetry.log })(event),
  );
}
