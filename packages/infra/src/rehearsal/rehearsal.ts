import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type BatchServer, builtInResponder, startBatchServer } from "@sluice/emulator";
import { ACCOUNT, REGION } from "../evaluation/aws-answers.ts";
import type { Json } from "../evaluation/json.ts";
import type { Graph } from "../graph/graph.ts";
import { type AwsRequest, callerOf, placeInS3, type Service } from "./calls.ts";
import { RehearsalClock } from "./clock.ts";
import { Deliveries } from "./deliveries.ts";
import { startDynamoDb } from "./dynamodb.ts";
import { startFront } from "./front.ts";
import { Guard } from "./guard.ts";
import { type JsonAnswer, startJsonService } from "./json-service.ts";
import type { Listening } from "./loopback.ts";
import { Poller } from "./poller.ts";
import { Queues } from "./queues.ts";
import { RunningFunction } from "./running-function.ts";
import { roleFiles } from "./s3-files.ts";
import { s3Gaps } from "./s3-gaps.ts";

/** How many times as fast as the real one a rehearsal's time runs: ten minutes in Bedrock take two seconds. */
const SPEED = 300;
const MINUTE_MS = 60_000;

/** A fault in a call, made before the service gets it. True breaks the connection. */
export type Breaker = (service: Service, sent: AwsRequest) => boolean;

/** A whole stage on loopback, as its graph describes it. */
export class Rehearsal {
  readonly graph: Graph;
  readonly clock = new RehearsalClock(SPEED);
  readonly guard: Guard;
  readonly functions = new Map<string, RunningFunction>();
  /** Set to break calls. */
  breaker: Breaker = () => false;
  /** Set to true, S3 forgets to tell of new objects. */
  losesNotifications = false;
  /** What Service Quotas says of a quota's code: values that were granted to the account, and AWS's own. */
  readonly appliedQuotas = new Map<string, number>();
  readonly defaultQuotas = new Map<string, number>();
  readonly #closers: (() => Promise<unknown>)[] = [];
  readonly #fronts = new Map<Service, Listening>();
  readonly #written = new Set<string>();
  readonly #waiting = new Set<{ fits: (key: string) => boolean; resolve: () => void }>();
  #user: S3Client | undefined;
  #queues: Queues | undefined;
  #deliveries: Deliveries | undefined;
  #bedrock: BatchServer | undefined;

  private constructor(graph: Graph) {
    this.graph = graph;
    this.guard = new Guard(graph);
  }

  /** Brings a stage up. Throws if a part of it does not start; then nothing of it goes on. */
  static async start(graph: Graph): Promise<Rehearsal> {
    const rehearsal = new Rehearsal(graph);
    try {
      await rehearsal.#start();
    } catch (error) {
      await rehearsal.close();
      throw error;
    }
    return rehearsal;
  }

  get bucket(): string {
    return this.graph.one("aws:s3/bucket:Bucket", "DropsBucket").state.bucket;
  }

  get bedrock(): BatchServer {
    return there(this.#bedrock);
  }

  get deliveries(): Deliveries {
    return there(this.#deliveries);
  }

  get queues(): Queues {
    return there(this.#queues);
  }

  /** Where a service's calls go. */
  endpoint(service: Service): string {
    return there(this.#fronts.get(service)).url;
  }

  /** What tells an SDK to come here instead of to AWS. */
  get endpointVariables(): Record<string, string> {
    return Object.fromEntries(
      [...this.#fronts].map(([service, { url }]) => [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, url]),
    );
  }

  /** A user's upload. */
  async drop(key: string, body: string): Promise<void> {
    await there(this.#user).send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body }));
  }

  async read(key: string): Promise<string> {
    const answer = await there(this.#user).send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return answer.Body?.transformToString() ?? "";
  }

  async remove(key: string): Promise<void> {
    await there(this.#user).send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
  }

  /** The keys of all objects that were ever written whole. */
  get keysWritten(): string[] {
    return [...this.#written];
  }

  /** Resolves once an object has been written whole: the one of this key, or any that fits. */
  async written(wanted: string | ((key: string) => boolean)): Promise<void> {
    const fits = typeof wanted === "string" ? (key: string) => key === wanted : wanted;
    if (this.keysWritten.some(fits)) return;
    await new Promise<void>((resolve) => this.#waiting.add({ fits, resolve }));
  }

  /** Stops everything. Throws what went wrong behind the scenes, after all is stopped. */
  async close(): Promise<void> {
    const closers = this.#closers.splice(0).reverse();
    const problems: unknown[] = [];
    for (const close of closers) await close().catch((error: unknown) => problems.push(error));
    if (problems.length > 0) throw new AggregateError(problems, `The rehearsal had ${problems.length} problems.`);
  }

  async #start(): Promise<void> {
    const { graph, guard, clock } = this;
    const table = await this.#with(startDynamoDb(graph));
    this.#queues = await this.#with(Queues.start(graph, guard, clock));
    const { url } = this.queues;
    await this.#open("s3", url, { ...s3Gaps(url), onDone: (done) => this.#objectDone(done) });
    await this.#open("sqs", url, { rewrite: (sent) => this.queues.rewrite(sent) });
    await this.#open("dynamodb", table.url);
    const parameters = await this.#with(startJsonService((_, { Name }) => this.#parameter(Name)));
    await this.#open("ssm", parameters.url);
    const quotas = await this.#with(startJsonService((operation, { QuotaCode }) => this.#quota(operation, QuotaCode)));
    await this.#open("service_quotas", quotas.url);
    const credentials = { accessKeyId: "user", secretAccessKey: "user" };
    this.#user = new S3Client({ endpoint: this.endpoint("s3"), region: REGION, credentials, forcePathStyle: true });
    this.#bedrock = await this.#with(this.#startBedrock());
    // The roles are the front's to judge; the server itself lets in whoever has its own key.
    const authorization = `Bearer ${this.#bedrock.credentials.accessKeyId}`;
    await this.#open("bedrock", this.#bedrock.url, {
      rewrite: (sent) => ({ ...sent, headers: { ...sent.headers, authorization } }),
    });
    await this.#putSettings();
    for (const fn of graph.functions) this.functions.set(fn.name, this.#runningOf(fn));
    this.#closers.push(() => Promise.all([...this.functions.values()].map((one) => one.close())));
    this.#deliveries = new Deliveries(graph, guard, this.queues, this.functions);
    this.#closers.push(() => this.deliveries.drain());
    for (const { inputs } of graph.of("aws:lambda/eventSourceMapping:EventSourceMapping")) this.#poll(inputs);
  }

  #parameter(name: string): JsonAnswer {
    const found = this.graph.of("aws:ssm/parameter:Parameter").find(({ inputs }) => inputs.name === name)?.inputs;
    if (found === undefined) return { error: "ParameterNotFound" };
    return { document: { Parameter: { Name: name, Type: found.type, Value: this.#here(found.value), Version: 1 } } };
  }

  /** Only AWS's defaults have a value until an increase is granted. */
  #quota(operation: string, code: string): JsonAnswer {
    const value = this[operation === "GetServiceQuota" ? "appliedQuotas" : "defaultQuotas"].get(code);
    return value === undefined ? { error: "NoSuchResourceException" } : { document: { Quota: { Value: value } } };
  }

  async #startBedrock(): Promise<BatchServer> {
    const dir = await mkdtemp(join(tmpdir(), "sluice-rehearsal-"));
    this.#closers.push(() => rm(dir, { recursive: true, force: true }));
    return startBatchServer({
      dir,
      files: roleFiles(this.endpoint("s3"), "BedrockRole"),
      responder: builtInResponder(),
      clock: this.clock,
      account: { region: REGION, accountId: ACCOUNT },
      delays: { scheduled: { leastMs: 10 * MINUTE_MS, mostMs: 10 * MINUTE_MS } },
      onEvent: (event) => this.deliveries.publish(event),
    });
  }

  async #open(service: Service, target: string, more: Partial<Parameters<typeof startFront>[0]> = {}): Promise<void> {
    const breaks = (sent: AwsRequest) => this.breaker(service, sent);
    this.#fronts.set(service, await this.#with(startFront({ service, target, guard: this.guard, breaks, ...more })));
  }

  async #with<T extends { close(): Promise<unknown> }>(starting: Promise<T>): Promise<T> {
    const started = await starting;
    this.#closers.push(() => started.close());
    return started;
  }

  async #putSettings(): Promise<void> {
    const { inputs } = this.graph.one("aws:s3/bucketObjectv2:BucketObjectv2", "Settings");
    await this.drop(inputs.key, inputs.content);
  }

  /** The same text with its queues' URLs on this machine: the SDK takes their host, whatever the endpoint. */
  #here(text: string): string {
    return text.replace(/https:\/\/sqs\.[a-z0-9-]+\.amazonaws\.com/g, this.endpoint("sqs"));
  }

  /** The graph's own environment, with the endpoints of this machine. */
  #runningOf({ name, inputs }: { name: string; inputs: Json }): RunningFunction {
    const role = name.replace(/Function$/, "Role");
    const variables: [string, string][] = Object.entries<string>(inputs.environment.variables);
    const built = there(this.graph.evaluation.handlers[name.replace(/Function$/, "")]);
    return new RunningFunction(
      name,
      built.file,
      {
        ...Object.fromEntries(variables.map(([variable, value]) => [variable, this.#here(value)])),
        AWS_REGION: REGION,
        AWS_LAMBDA_FUNCTION_NAME: inputs.name,
        AWS_ACCESS_KEY_ID: role,
        AWS_SECRET_ACCESS_KEY: role,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
        ...this.endpointVariables,
      },
      this.clock,
    );
  }

  #poll(mapping: Json): void {
    const { name } = this.graph.byArn("aws:lambda/function:Function", mapping.functionName);
    const queue = this.graph.byArn("aws:sqs/queue:Queue", mapping.eventSourceArn);
    const queueUrl = `${this.endpoint("sqs")}/${ACCOUNT}/${queue.state.name}`;
    const role = name.replace(/Function$/, "Role");
    const poller = new Poller(this.endpoint("sqs"), queueUrl, mapping, role, there(this.functions.get(name)));
    this.#closers.push(() => poller.close());
  }

  async #objectDone(done: AwsRequest): Promise<void> {
    const { bucket, key, query } = placeInS3(done.url);
    const isWhole =
      (done.method === "PUT" && !query.has("partNumber")) || (done.method === "POST" && query.has("uploadId"));
    if (key === "" || !isWhole) return;
    if (callerOf(done) !== "user" || !this.losesNotifications) await this.#deliveries?.notify(bucket, key);
    this.#written.add(key);
    for (const one of this.#waiting) if (one.fits(key) && this.#waiting.delete(one)) one.resolve();
  }
}

function there<T>(started: T | undefined): T {
  if (started === undefined) throw new Error("The rehearsal has not started, or has nothing of the kind.");
  return started;
}
