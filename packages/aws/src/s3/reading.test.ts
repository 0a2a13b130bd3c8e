import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { ObjectChanged, type Piece } from "@sluice/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { S3Objects } from "./index.ts";

const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
const ETAG = '"v1"';

/** How many bytes of an answer are sent before its connection breaks; undefined for all. */
type Break = number | undefined;

describe("a read whose connection breaks", () => {
  let calls: { range: string | undefined; ifMatch: string | undefined }[] = [];
  let breaks: Break[] = [];
  let etag = ETAG;
  let client: S3Client;
  let store: S3Objects;

  const server = createServer((call: IncomingMessage, reply: ServerResponse) => {
    const { range, "if-match": ifMatch } = call.headers;
    calls.push({ range, ifMatch });
    if (ifMatch !== undefined && ifMatch !== etag) {
      reply.writeHead(412).end("<Error><Code>PreconditionFailed</Code></Error>");
      return;
    }
    const [, start = "0", end = ""] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    const bytes = content.subarray(Number(start), end === "" ? undefined : Number(end) + 1);
    const stop = breaks.shift();
    reply.writeHead(range === undefined ? 200 : 206, { etag, "content-length": bytes.length });
    if (stop === undefined) reply.end(bytes);
    else reply.write(bytes.subarray(0, stop), () => reply.socket?.destroy());
  });
  beforeEach(async () => {
    [calls, breaks, etag] = [[], [], ETAG];
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    client = new S3Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    store = new S3Objects({ client, bucket: "bucket" });
  });
  afterEach(async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const read = async (piece: Omit<Piece, "key"> = {}, onChunk: () => void = () => {}) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of store.read({ key: "a", ...piece })) {
      chunks.push(chunk);
      onChunk();
    }
    return Buffer.concat(chunks);
  };

  it("goes on where it broke, on the same version of the object", async () => {
    breaks = [40_000, 1, undefined];
    expect((await read()).equals(content)).toBe(true);
    expect(calls).toEqual([
      { range: undefined, ifMatch: undefined },
      { range: "bytes=40000-99999", ifMatch: ETAG },
      { range: "bytes=40001-99999", ifMatch: ETAG },
    ]);
  });

  it("stays within its range", async () => {
    breaks = [10];
    expect((await read({ start: 100, end: 200, etag: "v1" })).equals(content.subarray(100, 200))).toBe(true);
    expect(calls.map(({ range }) => range)).toEqual(["bytes=100-199", "bytes=110-199"]);
  });

  it("throws ObjectChanged if the object was overwritten by then", async () => {
    breaks = [40_000];
    await expect(
      read({}, () => {
        etag = '"v2"';
      }),
    ).rejects.toThrow(ObjectChanged);
  });

  it("gives up when it gets no byte further", async () => {
    breaks = [40_000, ...Array<Break>(50).fill(0)];
    await expect(read()).rejects.toThrow();
    // What was read, five more tries, and the SDK's own for answers that never began.
    expect(calls.length).toBeGreaterThan(5);
    expect(calls.length).toBeLessThan(20);
  });
});
