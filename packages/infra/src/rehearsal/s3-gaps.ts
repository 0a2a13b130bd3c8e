import type { AwsRequest } from "./calls.ts";
import { type AwsAnswer, type FrontOptions, forward } from "./front.ts";

const FRACTION = /(<LastModified>[^<.]*)\.\d+Z/g;

/**
 * What S3 does and fauxqs does not, done at the door before it: UploadPartCopy (the range is read and uploaded as a part
 * of its own), and times of whole seconds in listings, as they are in the answers to HEAD.
 */
export function s3Gaps(target: string): Pick<FrontOptions, "rewrite" | "reword"> {
  return {
    async rewrite(sent) {
      if (!isPartCopy(sent)) return sent;
      const { "x-amz-copy-source": source, "x-amz-copy-source-range": range } = sent.headers;
      const headers = { host: sent.headers.host, ...(typeof range === "string" && { range }) };
      const url = `/${String(source).replace(/^\//, "")}`;
      const found = await forward(target, { method: "GET", url, headers, body: Buffer.alloc(0) });
      if (found.status >= 300) throw new Error(`${url} cannot be copied: S3 answered ${found.status}.`);
      const asObject = { host: sent.headers.host, "content-type": "application/octet-stream" };
      return { ...sent, headers: asObject, body: found.body };
    },
    reword(sent, got) {
      if (got.status >= 300) return got;
      if (isPartCopy(sent)) return xml(`<CopyPartResult><ETag>${got.headers.etag}</ETag></CopyPartResult>`);
      if (sent.url.includes("list-type=2")) return xml(got.body.toString().replace(FRACTION, "$1.000Z"));
      return got;
    },
  };
}

function xml(text: string): AwsAnswer {
  const body = Buffer.from(text);
  const headers = { "content-type": "application/xml", "content-length": String(body.length) };
  return { status: 200, headers, body };
}

function isPartCopy({ method, url, headers }: AwsRequest): boolean {
  return method === "PUT" && headers["x-amz-copy-source"] !== undefined && url.includes("partNumber=");
}
