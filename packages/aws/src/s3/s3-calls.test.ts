import { PutObjectCommand } from "@aws-sdk/client-s3";
import { ObjectChanged } from "@sluice/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FauxCall, type FauxS3, startFauxS3 } from "../test-servers/faux-s3.ts";
import { ObjectsNotDeleted, S3Objects } from "./index.ts";
import { PART_BYTES } from "./multipart.ts";

const PIECE_BYTES = 6 * 1_048_576;
const refusal = (code: string) => `<Error><Code>${code}</Code><Message>Words of S3</Message></Error>`;

describe("S3Objects", () => {
  let s3: FauxS3;
  let store: S3Objects;
  beforeAll(async () => {
    s3 = await startFauxS3();
    store = new S3Objects({ client: s3.client, bucket: s3.bucket });
    const Body = Buffer.alloc(PIECE_BYTES, 1);
    await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: "large", Body }));
    await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: "small", Body: "small" }));
  });
  afterAll(async () => {
    s3.client.destroy();
    await s3.stop();
  });
  beforeEach(() => {
    s3.calls.length = 0;
    s3.intercept = () => undefined;
  });

  const writeParts = async (key: string, count: number) => {
    const writer = store.writer(key);
    for (let part = 0; part < count; part++) await writer.write(Buffer.alloc(PART_BYTES, part));
    await writer.close();
  };

  it("writes what is smaller than a part in one call, and nothing before the close", async () => {
    const writer = store.writer("a");
    await writer.write(Buffer.alloc(PART_BYTES - 1));
    expect(s3.calls).toEqual([]);
    await writer.close();
    expect(s3.calls).toEqual(["PUT"]);
  });

  it("copies a whole object in one call", async () => {
    await store.compose("copy", [{ key: "large" }]);
    expect(s3.calls).toEqual(["HEAD", "PUT copy"]);
  });

  it("lets S3 copy large pieces, and reads only small ones and what they lack", async () => {
    await store.compose("joined", [{ key: "large" }, { key: "large" }, { key: "small" }]);
    // The parts go side by side, so that only their number is certain.
    expect(s3.calls.toSorted()).toEqual(
      ["HEAD", "HEAD", "POST", "PUT copy part", "PUT copy part", "GET", "PUT part", "POST"].toSorted(),
    );
  });

  it("aborts an upload whose part fails, and throws what S3 said of the part", async () => {
    s3.intercept = ({ url }) =>
      url.includes("partNumber=2") ? { status: 403, body: refusal("AccessDenied") } : undefined;
    await expect(writeParts("failed", 12)).rejects.toThrow("Words of S3");
    expect(s3.calls.at(-1)).toBe("DELETE");
    expect(await store.head("failed")).toBeUndefined();
  });

  it("aborts the upload when its writer is aborted, after the parts that are under way", async () => {
    const writer = store.writer("aborted");
    await writer.write(Buffer.alloc(3 * PART_BYTES));
    await writer.abort();
    expect(s3.calls.filter((call) => call === "PUT part")).toHaveLength(3);
    expect(s3.calls.at(-1)).toBe("DELETE");
  });

  it("never throws from an abort, even if S3 refuses it", async () => {
    s3.intercept = ({ method }) => (method === "POST" ? undefined : { status: 403, body: refusal("AccessDenied") });
    const writer = store.writer("aborted");
    await writer.write(Buffer.alloc(PART_BYTES)).catch(() => {});
    await writer.abort();
  });

  it("aborts a composition whose source changes half-way, and throws ObjectChanged", async () => {
    s3.intercept = ({ url }) =>
      url.includes("partNumber=2") ? { status: 412, body: refusal("PreconditionFailed") } : undefined;
    await expect(store.compose("joined-2", [{ key: "large" }, { key: "large" }])).rejects.toThrow(ObjectChanged);
    expect(s3.calls.at(-1)).toBe("DELETE");
    expect(await store.head("joined-2")).toBeUndefined();
  });

  it("throws ObjectChanged when a whole object changes between the look and the copy", async () => {
    s3.intercept = ({ headers }) =>
      headers["x-amz-copy-source"] ? { status: 412, body: refusal("PreconditionFailed") } : undefined;
    await expect(store.compose("copy-2", [{ key: "large" }])).rejects.toThrow(ObjectChanged);
  });

  it("says which objects were not deleted and why, after it tried all", async () => {
    let calls = 0;
    s3.intercept = ({ url }) => {
      if (!url.includes("delete")) return undefined;
      const failed =
        ++calls === 1 ? `<Error><Key>k 1</Key><Code>AccessDenied</Code><Message>Locked</Message></Error>` : "";
      return { status: 200, body: `<DeleteResult>${failed}</DeleteResult>` };
    };
    const deletion = store.delete(Array.from({ length: 1_500 }, (_, i) => `k ${i}`));
    await expect(deletion).rejects.toThrow(ObjectsNotDeleted);
    await expect(deletion).rejects.toThrow(/1 of 1500 .* k 1 \(AccessDenied: Locked\)/);
    expect(calls).toBe(2);
  });

  it("names the owner that the bucket must have in every call", async () => {
    const owned = new S3Objects({ client: s3.client, bucket: s3.bucket, expectedBucketOwner: "123456789012" });
    const seen: FauxCall[] = [];
    s3.intercept = (call) => {
      seen.push(call);
      return undefined;
    };
    await owned.compose("owned", [{ key: "large" }, { key: "small" }]);
    await owned.compose("owned-2", [{ key: "large" }]);
    const writer = owned.writer("owned-3");
    await writer.write(Buffer.alloc(PART_BYTES));
    await writer.abort();
    await owned.list("owned");
    await owned.delete(["owned", "owned-2"]);
    for await (const _ of owned.read({ key: "small" }));
    expect(seen.length).toBeGreaterThan(12);
    for (const { headers } of seen) {
      expect(headers["x-amz-expected-bucket-owner"]).toBe("123456789012");
      if (headers["x-amz-copy-source"]) expect(headers["x-amz-source-expected-bucket-owner"]).toBe("123456789012");
    }
  });
});
