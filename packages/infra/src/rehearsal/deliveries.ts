import { ACCOUNT, REGION } from "../evaluation/aws-answers.ts";
import type { Json } from "../evaluation/json.ts";
import { matches } from "../graph/event-pattern.ts";
import { documentOf, type Graph } from "../graph/graph.ts";
import type { Guard } from "./guard.ts";
import type { Queues } from "./queues.ts";
import type { RunningFunction } from "./running-function.ts";

/** Lambda's own number of retries where a function has no configuration for it. */
const DEFAULT_RETRIES = 2;

/** What AWS does inside a stage: events, schedules, notifications, and calls that nobody waits for. */
export class Deliveries {
  readonly #graph: Graph;
  readonly #guard: Guard;
  readonly #queues: Queues;
  readonly #functions: ReadonlyMap<string, RunningFunction>;
  /** What functions that nobody waited for failed with, oldest first. */
  readonly failures: string[] = [];
  readonly #underWay = new Set<Promise<void>>();

  constructor(graph: Graph, guard: Guard, queues: Queues, functions: ReadonlyMap<string, RunningFunction>) {
    this.#graph = graph;
    this.#guard = guard;
    this.#queues = queues;
    this.#functions = functions;
  }

  /** An event on the default bus, to every target of every rule whose pattern it matches. */
  async publish(event: Json): Promise<void> {
    const sent = this.#graph
      .of("aws:cloudwatch/eventRule:EventRule")
      .filter(({ inputs }) => inputs.eventBusName === "default" && matches(documentOf(inputs.eventPattern), event))
      .flatMap((rule) => this.#targetsOf(rule.state).map((target) => this.#deliver(rule.state.arn, target, event)));
    await Promise.all(sent);
  }

  #targetsOf(rule: Json): Json[] {
    return this.#graph
      .of("aws:cloudwatch/eventTarget:EventTarget")
      .filter(({ inputs }) => inputs.rule === rule.name)
      .map(({ inputs }) => inputs);
  }

  async #deliver(ruleArn: string, { arn }: Json, event: Json): Promise<void> {
    const context = { "aws:SourceArn": ruleArn };
    if (arn.includes(":sqs:"))
      return this.#queues.sendAsService("events.amazonaws.com", arn, context, JSON.stringify(event));
    const permitted = this.#graph
      .of("aws:lambda/permission:Permission")
      .some(({ inputs }) => inputs.function === arn && inputs.sourceArn === ruleArn);
    if (!permitted) throw new Error(`The rule ${ruleArn} may not invoke ${arn}.`);
    await this.invoke(arn, event);
  }

  /** A schedule's time has come. */
  async fire(schedule: string): Promise<void> {
    const { inputs } = this.#graph.one("aws:scheduler/schedule:Schedule", `${schedule}CronSchedule`);
    const role = this.#graph.byArn("aws:iam/role:Role", inputs.target.roleArn);
    if (!this.#guard.may(role.name, { action: "lambda:InvokeFunction", resource: inputs.target.arn }))
      throw new Error(`The schedule ${schedule} may not invoke ${inputs.target.arn}.`);
    await this.invoke(inputs.target.arn, JSON.parse(inputs.target.input ?? "{}"));
  }

  /** A call that nobody waits for: tried again as the function says, then sent where it says. */
  invoke(functionArn: string, event: Json): Promise<void> {
    const work = this.#invoke(functionArn, event);
    this.#underWay.add(work);
    work.finally(() => this.#underWay.delete(work)).catch(() => undefined);
    return work;
  }

  /** Waits for every call that is under way. */
  async drain(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async #invoke(functionArn: string, event: Json): Promise<void> {
    const fn = this.#graph.byArn("aws:lambda/function:Function", functionArn);
    const running = this.#functions.get(fn.name);
    if (running === undefined) throw new Error(`The function ${fn.name} is not running.`);
    const config = this.#graph
      .of("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
      .find(({ inputs }) => inputs.functionName === fn.state.name)?.inputs;
    const tries = 1 + (config?.maximumRetryAttempts ?? DEFAULT_RETRIES);
    let error = "";
    for (let attempt = 0; attempt < tries; attempt++) {
      const answered = await running.invoke(event);
      if (!("error" in answered)) return;
      error = answered.error;
      this.failures.push(`${fn.name}: ${error}`);
    }
    const destination = config?.destinationConfig?.onFailure?.destination;
    if (destination === undefined) return;
    const role = this.#graph.roleOf(fn);
    if (!this.#guard.may(role.name, { action: "sqs:SendMessage", resource: destination }))
      throw new Error(`${fn.name} may not send what it failed on to ${destination}.`);
    await this.#queues.send(
      destination,
      JSON.stringify({ requestPayload: event, responsePayload: { errorMessage: error } }),
    );
  }

  /** An object was created: S3 tells whom the bucket's notifications name. */
  async notify(bucket: string, key: string): Promise<void> {
    for (const { inputs } of this.#graph.of("aws:s3/bucketNotification:BucketNotification"))
      for (const { queueArn, filterPrefix } of inputs.bucket === bucket ? inputs.queues : [])
        if (key.startsWith(filterPrefix)) {
          const context = { "aws:SourceArn": `arn:aws:s3:::${bucket}`, "aws:SourceAccount": ACCOUNT };
          await this.#queues.sendAsService("s3.amazonaws.com", queueArn, context, notificationOf(bucket, key));
        }
  }
}

/** What S3 writes: the key is encoded as in a form, with `+` for a space. */
function notificationOf(bucket: string, key: string): string {
  const encoded = encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+");
  const object = { key: encoded, size: 1, eTag: "0", sequencer: "0" };
  return JSON.stringify({
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: REGION,
        eventName: "ObjectCreated:Put",
        s3: { s3SchemaVersion: "1.0", configurationId: "Drop", bucket: { name: bucket }, object },
      },
    ],
  });
}
