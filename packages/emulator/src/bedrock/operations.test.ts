import type { CreateModelInvocationJobCommandInput as CreateInput } from "@aws-sdk/client-bedrock";
import { describe, expect, it } from "vitest";
import { CLAUDE, HOUR_MS, idIn, refusalOf, requestTo, START_MS, s3Input, started } from "./test-world.ts";

describe("Create and Get, through the real SDK", () => {
  it("a new job has an ARN and is Submitted, with everything that was asked and no counts yet", async () => {
    const { create, get } = await started();
    const vpcConfig = { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] };
    const jobArn = await create("job-1", {
      clientRequestToken: "token-1",
      timeoutDurationInHours: 48,
      modelInvocationType: "Converse",
      tags: [{ key: "team", value: "water" }],
      vpcConfig,
    });
    expect(jobArn).toMatch(/^arn:aws:bedrock:us-east-1:123456789012:model-invocation-job\/[a-z0-9]{12}$/);
    const { $metadata: _, ...shown } = await get(jobArn);
    expect(shown).toEqual({
      jobArn,
      jobName: "job-1",
      modelId: CLAUDE,
      clientRequestToken: "token-1",
      roleArn: "arn:aws:iam::123456789012:role/batch",
      status: "Submitted",
      submitTime: new Date(START_MS),
      lastModifiedTime: new Date(START_MS),
      inputDataConfig: { s3InputDataConfig: { s3InputFormat: "JSONL", s3Uri: "s3://bucket/in/a.jsonl" } },
      outputDataConfig: { s3OutputDataConfig: { s3Uri: "s3://bucket/out/" } },
      vpcConfig,
      timeoutDurationInHours: 48,
      jobExpirationTime: new Date(START_MS + 48 * HOUR_MS),
      modelInvocationType: "Converse",
      totalRecordCount: 0,
      processedRecordCount: 0,
      successRecordCount: 0,
      errorRecordCount: 0,
    });
  });

  it("a job is found by its ARN and by its id, and by an ARN that a client did not encode", async () => {
    const { create, get, server } = await started();
    const jobArn = await create("job-1");
    expect((await get(idIn(jobArn))).jobArn).toBe(jobArn);
    const answer = await requestTo(server, `/model-invocation-job/${jobArn}`);
    expect(await answer.json()).toMatchObject({ jobArn });
    const stop = await requestTo(server, `/model-invocation-job/${jobArn}/stop`, { method: "POST" });
    expect(stop.status).toBe(200);
  });

  it("a job that does not exist, and an identifier that is none", async () => {
    const { get, stop } = await started();
    const absent = { name: "ResourceNotFoundException", httpStatus: 404 };
    expect(await refusalOf(get("abcdefghijkl"))).toMatchObject(absent);
    expect(await refusalOf(stop("abcdefghijkl"))).toMatchObject(absent);
    const foreign = "arn:aws:bedrock:us-east-1:999999999999:model-invocation-job/abcdefghijkl";
    expect(await refusalOf(get(foreign))).toMatchObject(absent);
    expect(await refusalOf(get("what?"))).toMatchObject({ name: "ValidationException", httpStatus: 400 });
  });
});

describe("Create refuses with the service model's words what the service model refuses", () => {
  it.each<[string, Partial<CreateInput>, RegExp]>([
    ["an underscore in the name", { jobName: "a_b" }, /'a_b' at 'jobName' .* pattern: \[a-zA-Z0-9\]\{1,63\}/],
    ["a long name", { jobName: "a".repeat(64) }, /'jobName' .* length less than or equal to 63/],
    ["no name", { jobName: undefined }, /Value at 'jobName' .* must not be null/],
    ["a name made to cost time", { jobName: `a${"-".repeat(61)}_` }, /'jobName'/],
    ["a token that ends in a dash", { clientRequestToken: "a-" }, /'clientRequestToken'/],
    ["a long token", { clientRequestToken: "a".repeat(257) }, /less than or equal to 256/],
    ["a role that is no ARN", { roleArn: "role/batch" }, /'roleArn'/],
    ["a model id with a space", { modelId: "my model" }, /'modelId'/],
    ["a space in the key", s3Input("s3://bucket/in/my file.jsonl"), /s3Uri/],
    ["a Hive-style key", s3Input("s3://bucket/dt=2026-11-21/a.jsonl"), /'inputDataConfig.s3InputDataConfig.s3Uri'/],
    ["a letter beyond ASCII", s3Input("s3://bucket/Größe.jsonl"), /s3Uri/],
    ["two slashes", s3Input("s3://bucket/in//a.jsonl"), /s3Uri/],
    ["no input", { inputDataConfig: undefined }, /'inputDataConfig' .* must not be null/],
    ["a short timeout", { timeoutDurationInHours: 23 }, /greater than or equal to 24/],
    ["a long timeout", { timeoutDurationInHours: 169 }, /less than or equal to 168/],
    [
      "a type that is none",
      { modelInvocationType: "Stream" as "Converse" },
      /enum value set: \[InvokeModel, Converse\]/,
    ],
    ["too many tags", { tags: Array.from({ length: 201 }, (_, i) => ({ key: `k${i}`, value: "" })) }, /'tags'/],
    ["a strange tag", { tags: [{ key: "a;b", value: "" }] }, /'tags.1.member.key'/],
    ["too many subnets", { vpcConfig: { subnetIds: Array(17).fill("s"), securityGroupIds: ["g"] } }, /subnetIds/],
  ])("%s", async (_what, more, words) => {
    const { create, list } = await started();
    const refusal = await refusalOf(create("job-1", more));
    expect(refusal).toMatchObject({ name: "ValidationException", httpStatus: 400 });
    expect(refusal.message).toMatch(words);
    expect((await list()).invocationJobSummaries).toEqual([]);
  });

  it("all violations of one request at once", async () => {
    const { create } = await started();
    const { message } = await refusalOf(create("a_b", { timeoutDurationInHours: 1 }));
    expect(message).toMatch(/^2 validation errors detected: .*; /);
  });

  it.each([
    "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
    "meta.llama3-1-8b-instruct-v1:0",
    "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
    "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456",
  ])("but takes the model %s", async (modelId) => {
    const { create } = await started();
    expect(await create("job-1", { modelId })).toMatch(/^arn:/);
  });

  it("a body that is no JSON, and one that says it is text", async () => {
    const { server } = await started();
    const post = (contentType: string, body: string) =>
      requestTo(server, "/model-invocation-job", { method: "POST", headers: { "content-type": contentType }, body });
    for (const answer of [await post("application/json", "{"), await post("text/plain", "{}")]) {
      expect(answer.status).toBe(400);
      expect(answer.headers.get("x-amzn-errortype")).toBe("ValidationException");
    }
  });
});

describe("Create makes one job for one name and one token", () => {
  it("refuses a name that is taken, also by an ended job", async () => {
    const { create, until } = await started();
    await create("job-1");
    const taken = { name: "ConflictException", httpStatus: 400 };
    expect(await refusalOf(create("job-1"))).toMatchObject(taken);
    await until("job-1", "Failed");
    expect(await refusalOf(create("job-1"))).toMatchObject(taken);
  });

  it("answers a repeated token with the same job, also when every slot is taken", async () => {
    const { create, list } = await started({ slots: 1 });
    const first = await create("job-1", { clientRequestToken: "token-1" });
    const again = await create("job-1", { clientRequestToken: "token-1" });
    expect(again).toBe(first);
    expect((await list()).invocationJobSummaries).toHaveLength(1);
  });

  it("refuses a repeated token with other parameters", async () => {
    const { create } = await started();
    await create("job-1", { clientRequestToken: "token-1" });
    const refusal = await refusalOf(create("job-2", { clientRequestToken: "token-1" }));
    expect(refusal).toMatchObject({ name: "ConflictException", message: expect.stringMatching(/token/) });
  });

  it("lets one of many requests with one name through at the same time", async () => {
    const { create, list } = await started();
    const calls = await Promise.allSettled(Array.from({ length: 8 }, () => create("job-1")));
    expect(calls.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await list()).invocationJobSummaries).toHaveLength(1);
  });
});

describe("The quota", () => {
  it("holds for every job that has not ended, and is free again when one has", async () => {
    const { create, until } = await started({ slots: 2 });
    const calls = await Promise.allSettled(["a", "b", "c", "d"].map((name) => create(`job-${name}`)));
    expect(calls.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    const refusal = await refusalOf(create("job-e"));
    expect(refusal).toMatchObject({ name: "ServiceQuotaExceededException", httpStatus: 400 });
    await until("job-a", "Failed");
    expect(await create("job-e")).toMatch(/^arn:/);
  });

  it("is shared by a model and its profiles, not by other models", async () => {
    const { create } = await started({ slots: 1 });
    await create("job-a");
    const profile = refusalOf(create("job-b", { modelId: `us.${CLAUDE}` }));
    expect(await profile).toMatchObject({ name: "ServiceQuotaExceededException" });
    expect(await create("job-c", { modelId: "amazon.nova-lite-v1:0" })).toMatch(/^arn:/);
  });

  it("goes by the scope that was given", async () => {
    const { create } = await started({ slots: () => ({ scope: "everything", limit: 1 }) });
    await create("job-a");
    const other = refusalOf(create("job-b", { modelId: "amazon.nova-lite-v1:0" }));
    expect(await other).toMatchObject({ name: "ServiceQuotaExceededException" });
  });
});

describe("The server", () => {
  it("listens on loopback only", async () => {
    await expect(started({ host: "0.0.0.0" })).rejects.toThrow(/loopback/);
  });

  it("says what is wrong with its settings and what to do", async () => {
    const { server } = await started();
    await expect(started({ port: Number(new URL(server.url).port) })).rejects.toThrow(/Give another port/);
    await expect(started({ speed: 0 })).rejects.toThrow(/must be positive/);
  });

  it("says no to operations it does not know", async () => {
    const { server } = await started();
    expect((await requestTo(server, "/foundation-models")).status).toBe(404);
  });
});
