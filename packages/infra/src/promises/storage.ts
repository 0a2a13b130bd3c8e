import { tableDefinition } from "@sluice/aws";
import { parseSettings } from "@sluice/core";
import { expect, test } from "vitest";
import type { Json } from "../evaluation/json.ts";
import { documentOf, type Graph } from "../graph/graph.ts";

/** What a stage promises of its bucket and its table. */
export function storagePromises(graph: () => Graph, stage: string): void {
  const isProduction = stage === "production";

  test("nobody reaches the bucket without TLS, from the public, or from a browser", () => {
    const [denied] = documentOf(graph().one("aws:s3/bucketPolicy:BucketPolicy", "DropsPolicy").inputs.policy).Statement;
    expect(denied).toMatchObject({ Effect: "Deny", Principal: "*", Action: "s3:*" });
    expect(denied.Condition).toEqual({ Bool: { "aws:SecureTransport": "false" } });
    const [block] = graph().of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    expect(block?.inputs).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(graph().of("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration")).toEqual([]);
  });

  test("the bucket is encrypted, and unfinished uploads go away", () => {
    const [encryption] = graph().of(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    );
    expect(encryption?.inputs.rules[0].applyServerSideEncryptionByDefault).toEqual({ sseAlgorithm: "AES256" });
    const rules: Json[] = graph().one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", /./).inputs
      .rules;
    expect(rules.filter(({ abortIncompleteMultipartUpload }) => abortIncompleteMultipartUpload)).toHaveLength(1);
  });

  test("no object expires by age: Sluice deletes what is settled, and a job may wait for weeks", () => {
    const rules: Json[] = graph()
      .of("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
      .flatMap(({ inputs }) => inputs.rules);
    expect(rules.length).toBeGreaterThan(0);
    for (const { id, expiration, transitions } of rules) expect({ expiration, transitions }, id).toEqual({});
  });

  test("the table is the one that the adapter makes for itself elsewhere", () => {
    const { inputs } = graph().one("aws:dynamodb/table:Table", "QueueTable");
    const wanted = tableDefinition("any");
    expect(inputs.billingMode).toBe(wanted.BillingMode);
    expect([inputs.hashKey, inputs.rangeKey]).toEqual(wanted.KeySchema?.map(({ AttributeName }) => AttributeName));
    const byName = (a: Json, b: Json) => (a.AttributeName < b.AttributeName ? -1 : 1);
    expect(
      inputs.attributes.map(({ name, type }: Json) => ({ AttributeName: name, AttributeType: type })).sort(byName),
    ).toEqual([...(wanted.AttributeDefinitions ?? [])].sort(byName));
    expect(
      inputs.globalSecondaryIndexes.map(({ name, hashKey, rangeKey, projectionType }: Json) => ({
        IndexName: name,
        KeySchema: [
          { AttributeName: hashKey, KeyType: "HASH" },
          { AttributeName: rangeKey, KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: projectionType },
      })),
    ).toEqual(wanted.GlobalSecondaryIndexes);
  });

  test("the table can be restored to any second, and forgets what is old", () => {
    const { inputs } = graph().one("aws:dynamodb/table:Table", "QueueTable");
    expect(inputs.pointInTimeRecovery).toEqual({ enabled: true });
    expect(inputs.ttl).toEqual({ attributeName: "expiresAt", enabled: true });
  });

  test(isProduction ? "a removed production keeps its data" : "a removed dev stage leaves nothing behind", () => {
    const { app } = graph().evaluation;
    expect(app.protect).toBe(isProduction);
    expect(graph().one("aws:s3/bucket:Bucket", "DropsBucket").inputs.forceDestroy).toBe(!isProduction);
    expect(graph().one("aws:dynamodb/table:Table", "QueueTable").inputs.deletionProtectionEnabled).toBe(isProduction);
    const kept = graph().resources.filter(({ retainOnDelete }) => retainOnDelete);
    expect(kept.map(({ name }) => name).sort()).toEqual(isProduction ? ["DropsBucket", "QueueTable"] : []);
  });

  test("the settings lie in the bucket under a key that changes with them, and every function knows it", () => {
    const { inputs } = graph().one("aws:s3/bucketObjectv2:BucketObjectv2", "Settings");
    expect(inputs.key).toMatch(/^settings\/[0-9a-f]{16}\.json$/);
    expect(() => parseSettings(JSON.parse(inputs.content), "the object")).not.toThrow();
    for (const fn of graph().functions)
      expect(graph().environment(fn)["SLUICE_SETTINGS_KEY"], fn.name).toBe(inputs.key);
  });
}
