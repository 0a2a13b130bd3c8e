import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { refusalAtDoor } from "@sluice/emulator";
import { operate, operationOf, type TableAnswer } from "./table-operations.ts";
import type { TableFiles } from "./table-store.ts";

const CONTENT_TYPE = "application/x-amz-json-1.0";
/** DynamoDB's own: a batch of writes. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

export interface TableServerOptions {
  readonly files: TableFiles;
  /** 0 for any free one. */
  readonly port: number;
  /** What a client must give as its access key id. */
  readonly accessKey: string;
  /** What `GET /` tells to whoever has the key: by it a process knows whose port this is. */
  readonly greeting: object;
}

/** A DynamoDB on loopback. */
export interface TableServer {
  readonly endpoint: string;
  /** Ends it with the connections that are open, and leaves the files open. */
  close(): Promise<void>;
}

/** Serves a table's files as DynamoDB would. Throws Error if the port is taken. */
export async function serveTable(options: TableServerOptions): Promise<TableServer> {
  const server = createServer((request, response) => {
    // A client that goes away in the middle of its request is told nothing, and harms nobody.
    answerOf(options, request).then(
      (answer) => send(response, answer),
      () => response.destroy(),
    );
  });
  await listening(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answerOf(options: TableServerOptions, request: IncomingMessage): Promise<TableAnswer> {
  const refusal = refusalAtDoor(request.headers, options.accessKey);
  if (refusal !== undefined) return refused(403, refusal.code, refusal.message);
  if (request.method === "GET") return { status: 200, body: options.greeting };
  if (request.method !== "POST" || request.headers["content-type"] !== CONTENT_TYPE)
    return refused(404, "UnknownOperationException", `A request is a POST of ${CONTENT_TYPE}.`);
  const operation = operationOf(request.headers["x-amz-target"]);
  if (operation === undefined)
    return refused(400, "UnknownOperationException", "The embedded DynamoDB has no such operation.");
  const body = await bodyOf(request);
  if (body === undefined) return refused(413, "RequestTooLargeException", `More than ${MAX_REQUEST_BYTES} bytes.`);
  const input = parsed(body);
  if (input === undefined) return refused(400, "SerializationException", "The request's body is no JSON object.");
  try {
    return await options.files.with((store) => operate(store, operation, input));
  } catch (error) {
    // Whoever opened the files has heard of it.
    const why = error instanceof Error ? error.message : String(error);
    return refused(500, "InternalServerError", `The table's files could not be read or written (${why}).`);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_REQUEST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsed(body: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function refused(status: number, code: string, message: string): TableAnswer {
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message } };
}

function send(response: ServerResponse, { status, body }: TableAnswer): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": CONTENT_TYPE,
    "content-length": bytes.length,
    "x-amzn-requestid": randomUUID(),
  });
  response.end(bytes);
}

async function listening(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new Error(`The embedded DynamoDB cannot listen on 127.0.0.1:${port}. Give another --dynamodb-port.`, { cause }),
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
}
