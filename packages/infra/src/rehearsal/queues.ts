import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { REGION } from "../evaluation/aws-answers.ts";
import { documentOf, type Graph } from "../graph/graph.ts";
import { type AwsRequest, queueArn } from "./calls.ts";
import type { RehearsalClock } from "./clock.ts";
import type { Guard } from "./guard.ts";

const HOST = "http://127.0.0.1";

/** The graph's queues, and its bucket, in fauxqs. */
export class Queues {
  readonly #server: FauxqsServer;
  readonly #guard: Guard;
  readonly #clock: RehearsalClock;
  readonly #client: SQSClient;
  /** fauxqs's own URL of a queue, by the queue's name. */
  readonly #urls = new Map<string, string>();

  private constructor(server: FauxqsServer, guard: Guard, clock: RehearsalClock) {
    this.#server = server;
    this.#guard = guard;
    this.#clock = clock;
    const credentials = { accessKeyId: "service", secretAccessKey: "service" };
    this.#client = new SQSClient({ endpoint: this.url, region: REGION, credentials });
  }

  static async start(graph: Graph, guard: Guard, clock: RehearsalClock): Promise<Queues> {
    const queues = new Queues(await startFauxqs({ port: 0, logger: false }), guard, clock);
    for (const { state } of graph.of("aws:s3/bucket:Bucket")) queues.#server.createBucket(state.bucket);
    queues.#make(graph);
    return queues;
  }

  get url(): string {
    return `${HOST}:${this.#server.port}`;
  }

  /** Dead-letter queues first: the others name them. */
  #make(graph: Graph): void {
    const arns = new Map<string, string>();
    const ordered = graph.queues.toSorted(
      (a, b) => Number("redrivePolicy" in a.inputs) - Number("redrivePolicy" in b.inputs),
    );
    for (const { inputs, state } of ordered) {
      const redrive = inputs.redrivePolicy === undefined ? undefined : documentOf(inputs.redrivePolicy);
      const attributes: Record<string, string> = {
        VisibilityTimeout: String(this.#clock.realSeconds(inputs.visibilityTimeoutSeconds ?? 30)),
        ...(redrive !== undefined && {
          RedrivePolicy: JSON.stringify({ ...redrive, deadLetterTargetArn: arns.get(redrive.deadLetterTargetArn) }),
        }),
      };
      const made = this.#server.createQueue(state.name, { attributes });
      arns.set(state.arn, made.queueArn);
      this.#urls.set(state.name, made.queueUrl);
    }
  }

  /** A request to SQS as fauxqs takes it: its own URL, and waits in the machine's time. */
  rewrite(sent: AwsRequest): AwsRequest {
    const body = JSON.parse(sent.body.toString());
    const rewritten = {
      ...body,
      QueueUrl: this.#urlOf(String(body.QueueUrl)),
      ...(body.MessageBody !== undefined && { MessageBody: escaped(body.MessageBody) }),
      ...(body.DelaySeconds !== undefined && { DelaySeconds: this.#clock.realSeconds(body.DelaySeconds) }),
      ...(body.VisibilityTimeout !== undefined && {
        VisibilityTimeout: this.#clock.realSeconds(body.VisibilityTimeout),
      }),
    };
    return { ...sent, body: Buffer.from(JSON.stringify(rewritten)) };
  }

  /** Sends as a service of AWS's, if the queue's policy lets it. Throws if it does not. */
  async sendAsService(service: string, arn: string, context: Record<string, string>, body: string): Promise<void> {
    if (!this.#guard.serviceMaySend(service, arn, context))
      throw new Error(`${service} may not send to ${arn} for ${context["aws:SourceArn"]}: see the queue's policy.`);
    await this.send(arn, body);
  }

  /** Sends without asking for any right. */
  async send(arn: string, body: string): Promise<void> {
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#urlOf(arn), MessageBody: body }));
  }

  async close(): Promise<void> {
    this.#client.destroy();
    await this.#server.stop();
  }

  #urlOf(urlOrArn: string): string {
    const arn = urlOrArn.startsWith("arn:") ? urlOrArn : queueArn(urlOrArn);
    const url = this.#urls.get(arn.slice(arn.lastIndexOf(":") + 1));
    if (url === undefined) throw new Error(`The stage has no queue ${arn}.`);
    return url;
  }
}

/** SQS takes every character of Unicode, fauxqs none beyond the first plane; our messages are JSON, which can escape. */
function escaped(json: string): string {
  return json.replace(/[\ud800-\udfff]/g, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}
