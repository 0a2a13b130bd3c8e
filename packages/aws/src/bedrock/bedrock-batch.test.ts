import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { BedrockClient } from "@aws-sdk/client-bedrock";
import type { CreateRequest } from "@sluice/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BedrockBatch, type BedrockBatchOptions } from "./index.ts";

const ROLE = "arn:aws:iam::123456789012:role/batch";
const ARN = "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghijkl";
const MODEL = "anthropic.claude-3-haiku-20240307-v1:0";

const request: CreateRequest = {
  jobName: "sluice-prod-01jd",
  clientRequestToken: "token",
  modelId: MODEL,
  invocation: "InvokeModel",
  inputKey: "staging/a.jsonl",
  outputPrefix: "output/a/",
};

const summary = {
  jobArn: ARN,
  jobName: "sluice-prod-01jd",
  modelId: MODEL,
  roleArn: ROLE,
  status: "InProgress",
  submitTime: "2026-11-22T13:05:09.123Z",
  inputDataConfig: { s3InputDataConfig: { s3Uri: "s3://bucket/staging/a.jsonl" } },
  outputDataConfig: { s3OutputDataConfig: { s3Uri: "s3://bucket/output/a/" } },
};

/** The clock of Bedrock in these tests, as the header of its answers has it. */
const SERVED = "Sun, 22 Nov 2026 14:09:00 GMT";

type Replier = (body: string, call: IncomingMessage, reply: ServerResponse) => void;

describe("BedrockBatch", () => {
  let calls: { method: string; url: string; body: string }[] = [];
  let respond: Replier;
  let client: BedrockClient;
  const server = createServer(async (call, reply) => {
    let body = "";
    for await (const chunk of call) body += chunk;
    calls.push({ method: call.method ?? "", url: call.url ?? "", body });
    respond(body, call, reply);
  });
  beforeEach(async () => {
    calls = [];
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    client = new BedrockClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
  });
  afterEach(async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const batch = (more: Partial<BedrockBatchOptions> = {}) =>
    new BedrockBatch({ client, bucket: "bucket", roleArn: ROLE, ...more });
  const ok =
    (body: unknown): Replier =>
    (_, __, reply) => {
      reply.writeHead(200, { "content-type": "application/json", date: SERVED }).end(JSON.stringify(body));
    };
  const error =
    (status: number, name: string, message = "Words of AWS"): Replier =>
    (_, __, reply) => {
      const headers = { "content-type": "application/json", "x-amzn-errortype": name };
      reply.writeHead(status, headers).end(JSON.stringify({ message }));
    };

  describe("creating", () => {
    it("sends keys as URIs of the bucket, and only what was asked for", async () => {
      respond = ok({ jobArn: ARN });
      expect(await batch().create(request)).toEqual({ kind: "created", arn: ARN });
      expect(calls[0]).toMatchObject({ method: "POST", url: "/model-invocation-job" });
      expect(JSON.parse(calls[0]?.body ?? "")).toEqual({
        jobName: "sluice-prod-01jd",
        clientRequestToken: "token",
        modelId: MODEL,
        roleArn: ROLE,
        inputDataConfig: { s3InputDataConfig: { s3Uri: "s3://bucket/staging/a.jsonl", s3InputFormat: "JSONL" } },
        outputDataConfig: { s3OutputDataConfig: { s3Uri: "s3://bucket/output/a/" } },
      });
    });

    it("sends network, key, tags, timeout and invocation where they are set", async () => {
      respond = ok({ jobArn: ARN });
      const vpc = { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] };
      const options = { vpc, kmsKeyId: "arn:aws:kms:key", tags: { stage: "prod" } };
      await batch(options).create({ ...request, invocation: "Converse", timeoutHours: 48 });
      expect(JSON.parse(calls[0]?.body ?? "")).toMatchObject({
        vpcConfig: vpc,
        outputDataConfig: { s3OutputDataConfig: { s3EncryptionKeyId: "arn:aws:kms:key" } },
        tags: [{ key: "stage", value: "prod" }],
        modelInvocationType: "Converse",
        timeoutDurationInHours: 48,
      });
    });

    it.each([
      [400, "ServiceQuotaExceededException", "quotaExceeded"],
      [429, "ThrottlingException", "throttled"],
      [400, "ThrottlingException", "throttled"],
      [429, "TooManyRequestsException", "throttled"],
      [400, "ConflictException", "conflict"],
      [409, "ConflictException", "conflict"],
      [400, "ValidationException", "invalid"],
      [404, "ResourceNotFoundException", "denied"],
      [403, "AccessDeniedException", "denied"],
      [403, "ExpiredTokenException", "denied"],
      [403, "UnrecognizedClientException", "denied"],
      [500, "InternalServerException", "unknown"],
      [503, "ServiceUnavailableException", "unknown"],
      [502, "", "unknown"],
      [400, "SomeNewException", "odd"],
      [418, "", "odd"],
    ])("asks once, and answers HTTP %i %s as %s", async (status, name, kind) => {
      respond = error(status, name);
      const answer = await batch().create(request);
      expect(answer.kind).toBe(kind);
      expect(calls).toHaveLength(1);
      expect(answer).toMatchObject({ message: expect.stringContaining(name) });
    });

    it.each([
      ["is cut before an answer", (_: string, call: IncomingMessage) => call.socket.destroy()],
      ["is cut within an answer", (_: string, __: unknown, reply: ServerResponse) => cutWithin(reply)],
      ["stays silent", () => {}],
    ])("asks once, and answers unknown when the connection %s", async (_, silence) => {
      respond = silence as Replier;
      const answer = await batch({ createTimeoutMs: 300 }).create(request);
      expect(answer).toMatchObject({ kind: "unknown", message: expect.stringContaining("sluice-prod-01jd") });
      expect(calls).toHaveLength(1);
    });

    it("answers unknown when nobody listens", async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      expect((await batch().create(request)).kind).toBe("unknown");
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });

    it("answers denied when there are no credentials, as no job is to blame", async () => {
      const without = new BedrockClient({
        endpoint: "http://127.0.0.1:9",
        region: "us-east-1",
        credentials: async () => {
          throw Object.assign(new Error("Could not load credentials"), { name: "CredentialsProviderError" });
        },
      });
      expect((await batch({ client: without }).create(request)).kind).toBe("denied");
    });

    it("answers unknown to a success without an ARN", async () => {
      respond = ok({});
      expect((await batch().create(request)).kind).toBe("unknown");
    });

    it.each([
      ["User: u is not authorized to perform: iam:PassRole on resource: r", [/Grant .* iam:PassRole on arn:.*role/]],
      [
        "User: u is not authorized to perform: bedrock:CreateModelInvocationJob on resource: r",
        [/Grant .* bedrock:CreateModelInvocationJob on anthropic/, /model-invocation-job\/\*/],
      ],
      ["User: u is not authorized to perform: bedrock:TagResource on r", [/Grant .* bedrock:TagResource/]],
      [
        "You don't have access to the model with the specified model ID.",
        [/CreateModelInvocationJob/, /PassRole/, /Model access/],
      ],
    ])("says what to grant when AWS says: %s", async (said, advice) => {
      respond = error(403, "AccessDeniedException", said);
      const answer = await batch().create(request);
      const { message } = answer as { message: string };
      expect(message).toContain(said);
      for (const words of advice) expect(message).toMatch(words);
    });
  });

  describe("reading", () => {
    it("reads times, counts, message and the key of the input", async () => {
      const counts = { totalRecordCount: 100, processedRecordCount: 90, successRecordCount: 80, errorRecordCount: 10 };
      respond = ok({
        ...summary,
        ...counts,
        status: "Failed",
        message: "No S3 right",
        endTime: "2026-11-22T14:05:09Z",
      });
      expect(await batch().get(ARN)).toEqual({
        arn: ARN,
        jobName: "sluice-prod-01jd",
        modelId: MODEL,
        status: "Failed",
        message: "No S3 right",
        inputKey: "staging/a.jsonl",
        submittedAt: Date.UTC(2026, 10, 22, 13, 5, 9, 123),
        endedAt: Date.UTC(2026, 10, 22, 14, 5, 9),
        totalRecords: 100,
        processedRecords: 90,
        successRecords: 80,
        errorRecords: 10,
        reportedAt: Date.parse(SERVED),
      });
    });

    it("says when a look-up was answered by Bedrock's clock, whether it found a job or not", async () => {
      const at = Date.parse(SERVED);
      respond = ok({ invocationJobSummaries: [summary] });
      expect(await batch().findByName("sluice-prod-01jd")).toMatchObject({ at, job: { arn: ARN } });
      expect(await batch().findByName("sluice-prod-01je")).toEqual({ at });
    });

    it.each(["s3://other/staging/a.jsonl", "s3://bucket-2/staging/a.jsonl", "s3://bucket"])(
      "gives no key for an input in another place: %s",
      async (s3Uri) => {
        respond = ok({ ...summary, inputDataConfig: { s3InputDataConfig: { s3Uri } } });
        expect(await batch().get(ARN)).not.toHaveProperty("inputKey");
      },
    );

    it("has nothing for an ARN that Bedrock does not know, and throws on a fault", async () => {
      respond = error(404, "ResourceNotFoundException");
      expect(await batch().get(ARN)).toBeUndefined();
      respond = error(403, "AccessDeniedException");
      await expect(batch().get(ARN)).rejects.toThrow("Words of AWS");
    });

    it("leaves a job of a new status out of listings, and does not call it gone", async () => {
      respond = ok({ invocationJobSummaries: [{ ...summary, status: "Paused" }, summary] });
      expect((await batch().list("sluice-prod-", 0)).items).toHaveLength(1);
      respond = ok({ ...summary, status: "Paused" });
      await expect(batch().get(ARN)).rejects.toThrow(/status Paused .* Update Sluice/);
    });

    it("never says that there is no job of a name whose job has a new status", async () => {
      respond = ok({ invocationJobSummaries: [{ ...summary, status: "Paused" }] });
      await expect(batch().findByName("sluice-prod-01jd")).rejects.toThrow(/status Paused .* keeps its slot/);
    });

    it("lists by name, time and page", async () => {
      respond = ok({ invocationJobSummaries: [summary], nextToken: "page-2" });
      const page = await batch().list("sluice-prod-", Date.UTC(2026, 10, 22), "page-1");
      expect(page).toMatchObject({ items: [{ arn: ARN }], cursor: "page-2" });
      const query = new URL(calls[0]?.url ?? "", "http://x").searchParams;
      expect(Object.fromEntries(query)).toMatchObject({
        nameContains: "sluice-prod-",
        submitTimeAfter: "2026-11-22T00:00:00Z",
        nextToken: "page-1",
        maxResults: "1000",
      });
    });

    it("tries again to read after a fault that passes", async () => {
      respond = (...args) => (calls.length === 1 ? error(500, "InternalServerException") : ok(summary))(...args);
      expect(await batch().get(ARN)).toMatchObject({ arn: ARN });
      expect(calls).toHaveLength(2);
    });

    it("looks through pages for an exact name, and through a bounded number of them", async () => {
      respond = (_, call, reply) => {
        const isLast = call.url?.includes("nextToken=last") ?? false;
        const jobs = isLast ? [summary] : [{ ...summary, jobName: "sluice-prod-01jd-2" }];
        ok({ invocationJobSummaries: jobs, ...(isLast ? {} : { nextToken: "last" }) })("", call, reply);
      };
      expect((await batch().findByName("sluice-prod-01jd")).job).toMatchObject({ jobName: "sluice-prod-01jd" });
      respond = ok({ invocationJobSummaries: [], nextToken: "endless" });
      await expect(batch().findByName("sluice-prod-01jd")).rejects.toThrow(/stage name/);
      expect(calls.length).toBeLessThan(30);
    });
  });
});

function cutWithin(reply: ServerResponse): void {
  reply.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  reply.write('{"jobArn":', () => reply.socket?.destroy());
}
