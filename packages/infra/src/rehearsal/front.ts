import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AwsRequest, callerOf, type Service, wantedBy } from "./calls.ts";
import type { Guard } from "./guard.ts";
import { type Listening, onLoopback } from "./loopback.ts";

export interface FrontOptions {
  service: Service;
  /** Where the service itself listens. */
  target: string;
  guard: Guard;
  /** Changes a request on its way, such as its delays. */
  rewrite?: (sent: AwsRequest) => AwsRequest | Promise<AwsRequest>;
  /** Changes an answer on its way back. */
  reword?: (sent: AwsRequest, got: AwsAnswer) => AwsAnswer;
  /** Hears of every call that succeeded, before its caller does. */
  onDone?: (done: AwsRequest) => Promise<void>;
  /** Breaks a call before it reaches the service, as a fault that is asked for. */
  breaks?: (sent: AwsRequest) => boolean;
}

/** What a service answered. */
export interface AwsAnswer {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

/** Starts a door before a service: everybody's calls go through it, are recorded, and are refused without the right. */
export async function startFront(options: FrontOptions): Promise<Listening> {
  const server = createServer((incoming, answer) => {
    pass(options, incoming, answer).catch((error: unknown) => {
      answer.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  return onLoopback(server);
}

async function pass(options: FrontOptions, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  const { service, guard, target, rewrite = (sent) => sent, reword = (_, got) => got } = options;
  const sent: AwsRequest = {
    method: incoming.method ?? "GET",
    url: incoming.url ?? "/",
    headers: incoming.headers,
    body: await bytesOf(incoming),
  };
  const caller = callerOf(sent);
  const refused = wantedBy(service, sent).filter((wanted) => !guard.may(caller, wanted));
  if (refused.length > 0)
    return deny(answer, service, `${caller} may not ${refused[0]?.action} on ${refused[0]?.resource}`);
  if (options.breaks?.(sent)) return void answer.destroy();
  const got = reword(sent, await forward(target, await rewrite(sent)));
  const isHidden = service === "s3" && got.status === 404 && !mayList(guard, caller, sent);
  if (isHidden)
    return deny(answer, service, `${caller} may not s3:ListBucket, so nobody tells that ${sent.url} is missing`);
  if (got.status < 300) await options.onDone?.(sent);
  answer.writeHead(got.status, got.headers).end(got.body);
}

/** S3 answers 403, and not 404, to whoever may not list the bucket. */
function mayList(guard: Guard, caller: string, { url, headers }: AwsRequest): boolean {
  const bucketUrl = `/${url.slice(1).split(/[/?]/)[0]}`;
  const listing = { method: "GET", url: bucketUrl, headers, body: Buffer.alloc(0) };
  return wantedBy("s3", listing).every((wanted) => guard.may(caller, wanted));
}

function deny(answer: ServerResponse, service: Service, message: string): void {
  if (service === "s3") {
    const body = `<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`;
    answer.writeHead(403, { "content-type": "application/xml" }).end(body);
    return;
  }
  const headers = { "content-type": "application/json", "x-amzn-errortype": "AccessDeniedException" };
  answer.writeHead(403, headers).end(JSON.stringify({ __type: "AccessDeniedException", message }));
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Sends a request on to the service itself. */
export async function forward(target: string, { method, url, headers, body }: AwsRequest): Promise<AwsAnswer> {
  const { hostname, port } = new URL(target);
  const kept = { ...headers, "content-length": String(body.length) };
  delete kept["transfer-encoding"];
  delete kept.expect;
  return new Promise<AwsAnswer>((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path: url, headers: kept }, (got) => {
      bytesOf(got).then((bytes) => {
        const { "transfer-encoding": _, connection: __, ...rest } = got.headers;
        resolve({ status: got.statusCode ?? 500, headers: rest, body: bytes });
      }, reject);
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
