import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { ZodError } from "zod";
import type { ServerClock } from "./clock.ts";
import { refusalAtDoor } from "./door.ts";
import { BedrockError } from "./errors.ts";
import type { Faults } from "./faults.ts";
import type { Operations } from "./operations.ts";

/** The largest request that the service model allows is some 100 kB (200 tags). */
const MAX_REQUEST_BYTES = 1024 * 1024;

type App = Hono<{ Bindings: HttpBindings }>;
type Request = Context<{ Bindings: HttpBindings }>;

async function jsonBody(context: Request): Promise<unknown> {
  if (!context.req.header("content-type")?.startsWith("application/json")) {
    throw new BedrockError("ValidationException", "The request's content-type must be application/json.");
  }
  try {
    return await context.req.json();
  } catch {
    throw new BedrockError("ValidationException", "The request's body is not JSON.");
  }
}

function refused(context: Request, fault: unknown, onProblem: (problem: unknown) => void): Response {
  if (fault instanceof ZodError) return context.json({ message: fault.message }, 400);
  const refusal = fault instanceof BedrockError ? fault : undefined;
  if (refusal === undefined) onProblem(fault);
  const error = refusal ?? new BedrockError("InternalServerException", "The request failed. Retry it.");
  // Clients of the REST-JSON protocol take the error's name from this header.
  context.header("x-amzn-errortype", error.code);
  return context.json({ message: error.message }, error.httpStatus);
}

function addOperations(app: App, operations: Operations, faults: Faults): void {
  app.post("/model-invocation-job", async (context) => {
    const answer = await operations.create(await jsonBody(context));
    if (faults.losesAnswer()) context.env.incoming.socket.destroy();
    return context.json(answer);
  });
  app.get("/model-invocation-jobs", (context) => context.json(operations.list(context.req.query())));
  // An ARN has a slash; SDKs encode it, and some other clients do not.
  app.post("/model-invocation-job/:job{.+}/stop", async (context) =>
    context.json(await operations.stop(context.req.param("job"))),
  );
  app.get("/model-invocation-job/:job{.+}", (context) => context.json(operations.get(context.req.param("job"))));
}

function addFaults(app: App, faults: Faults): void {
  app.get("/_faults", (context) => context.json(faults.settings));
  app.put("/_faults", async (context) => {
    faults.setFromJson(await jsonBody(context));
    return context.json(faults.settings);
  });
  app.delete("/_faults", (context) => {
    faults.clear();
    return context.json(faults.settings);
  });
}

/**
 * Bedrock's control plane over HTTP: `POST /model-invocation-job`, `GET /model-invocation-job/{id}`,
 * `GET /model-invocation-jobs`, `POST /model-invocation-job/{id}/stop`; beside it `GET`, `PUT` and `DELETE /_faults`.
 * Whoever asks must have the access key; signatures are not checked.
 */
export function bedrockHttp(
  operations: Operations,
  faults: Faults,
  accessKey: string,
  clock: ServerClock,
  onProblem: (problem: unknown) => void,
): App {
  const app: App = new Hono();
  app.use(async (context, next) => {
    context.header("x-amzn-requestid", randomUUID());
    // Node would give the machine's time; the jobs' times are this clock's, and clients compare the two.
    context.header("date", new Date(clock.nowMs()).toUTCString());
    const refusal = refusalAtDoor(context.env.incoming.headers, accessKey);
    if (refusal === undefined) return next();
    context.header("x-amzn-errortype", refusal.code);
    return context.json({ message: refusal.message }, 403);
  });
  app.use(bodyLimit({ maxSize: MAX_REQUEST_BYTES }));
  addOperations(app, operations, faults);
  addFaults(app, faults);
  app.notFound((context) => {
    context.header("x-amzn-errortype", "UnknownOperationException");
    return context.json({ message: "The batch server knows the four operations of model invocation jobs only." }, 404);
  });
  app.onError((fault, context) => refused(context, fault, onProblem));
  return app;
}
