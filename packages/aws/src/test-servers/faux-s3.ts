import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { S3Client } from "@aws-sdk/client-s3";
import { buildApp } from "fauxqs";

/** A bucket in fauxqs, for tests. */
export interface FauxS3 {
  client: S3Client;
  bucket: string;
  /** Every call so far, such as `PUT copy part`, in order. */
  calls: string[];
  /** Set to answer calls in fauxqs's place: what it gives is the status and the body. */
  intercept: (call: FauxCall) => { status: number; body: string } | undefined;
  stop(): Promise<void>;
}

export interface FauxCall {
  method: string;
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Asks fauxqs itself. */
type Ask = (
  method: "GET" | "PUT",
  path: string,
  headers?: Record<string, string>,
  payload?: Buffer,
) => Promise<{ status: number; etag: string | undefined; bytes: Buffer }>;

const BUCKET = "faux-bucket";
const RANGE = /^bytes=(\d+)-(\d+)$/;

/**
 * Starts fauxqs, and does in front of it what it lacks and S3 has: UploadPartCopy, conditions on the source of a copy,
 * and listings in the order of UTF-8 bytes, with encoded keys.
 */
export async function startFauxS3(): Promise<FauxS3> {
  const app = buildApp({ logger: false });
  const faux: Omit<FauxS3, "client"> = {
    bucket: BUCKET,
    calls: [],
    intercept: () => undefined,
    stop: () => app.close(),
  };
  let endpoint = "";
  /** Over HTTP, as Fastify's own door would resolve "..", which in S3 is a name like any other. */
  const ask: Ask = async (method, path, headers = {}, payload) => {
    const sent = request(endpoint, { method, path, headers: { ...headers, "x-inner": "1" } }).end(payload);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { status: answer.statusCode ?? 500, etag: answer.headers.etag, bytes: Buffer.concat(chunks) };
  };

  app.addHook("preHandler", async (call, reply) => {
    const { method, url } = call;
    if (call.headers["x-inner"] !== undefined) return;
    const query = new URL(url, "http://faux").searchParams;
    const source = call.headers["x-amz-copy-source"];
    const isPart = query.has("partNumber");
    faux.calls.push([method, source && "copy", isPart && "part"].filter(Boolean).join(" "));
    const body = Buffer.isBuffer(call.body) && query.has("delete") ? call.body.toString() : "";
    const answer = faux.intercept({ method, url, headers: call.headers, body });
    if (answer !== undefined) return reply.status(answer.status).type("application/xml").send(answer.body);

    // fauxqs does not know numeric character references, which the SDK writes for line breaks in keys.
    if (query.has("delete"))
      call.body = Buffer.from(
        body.replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16))),
      );
    if (method === "GET" && query.get("list-type") === "2") {
      const listed = await ask("GET", `/${BUCKET}?list-type=2&max-keys=1000000`);
      return reply.type("application/xml").send(listingOf(listed.bytes.toString(), query));
    }
    if (typeof source !== "string") return;
    const copied = await copyOf(ask, source, call, isPart);
    if (copied !== undefined) return reply.status(copied.status).type("application/xml").send(copied.body);
  });

  endpoint = await app.listen({ port: 0, host: "127.0.0.1" });
  await ask("PUT", `/${BUCKET}`);
  const client = new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 2,
  });
  return Object.assign(faux, { client });
}

/** Answers the copy of a part, and the copy of an object whose condition fails; undefined leaves it to fauxqs. */
async function copyOf(ask: Ask, source: string, { url, headers }: Omit<FauxCall, "body">, isPart: boolean) {
  const condition = String(headers["x-amz-copy-source-if-match"] ?? "");
  const range = headers["x-amz-copy-source-range"];
  const found = await ask("GET", `/${source}`, {
    ...(condition && { "if-match": condition }),
    ...(typeof range === "string" && { range }),
  });
  if (found.status >= 400) return { status: found.status, body: found.bytes.toString() };
  if (!isPart) return undefined;
  const [, first, last] = RANGE.exec(String(range)) ?? [];
  if (found.bytes.length !== Number(last) - Number(first) + 1)
    return { status: 400, body: "<Error><Code>InvalidArgument</Code></Error>" };
  const sent = await ask("PUT", url, { "content-type": "application/octet-stream" }, found.bytes);
  return { status: sent.status, body: `<CopyPartResult><ETag>${sent.etag}</ETag></CopyPartResult>` };
}

/** A page of S3's own form out of fauxqs's listing of everything. */
function listingOf(xml: string, query: URLSearchParams): string {
  const after = Buffer.from(query.get("continuation-token") ?? "", "base64");
  const maxKeys = Number(query.get("max-keys") ?? 1_000);
  const below = [...xml.matchAll(/<Contents><Key>([\s\S]*?)<\/Key>([\s\S]*?)<\/Contents>/g)]
    .map(([, key = "", rest = ""]) => ({ key: unescaped(key), rest }))
    .filter(({ key }) => key.startsWith(query.get("prefix") ?? "") && Buffer.compare(Buffer.from(key), after) > 0)
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const page = below.slice(0, maxKeys);
  const last = page.at(-1)?.key ?? "";
  const next = below.length > page.length ? Buffer.from(last).toString("base64") : undefined;
  const encoded = (key: string) => encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/");
  const contents = page.map(({ key, rest }) => `<Contents><Key>${encoded(key)}</Key>${rest}</Contents>`).join("");
  const token = next === undefined ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`;
  return `<ListBucketResult><EncodingType>url</EncodingType>${token}${contents}</ListBucketResult>`;
}

function unescaped(text: string): string {
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => named[name] ?? "");
}
