import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSettings } from "../directory/settings-file.ts";
import { tableClient } from "../directory/table.ts";
import { composeWorld } from "./compose.ts";
import { type LocalWorld, startLocalWorld } from "./start.ts";
import { testSettings } from "./test-drops.ts";

/** Sends a request with exactly these headers, and tells how it was answered. */
function send(url: string, { method = "POST", path = "/", body = "{}", ...headers }: Record<string, string>) {
  const { hostname, port } = new URL(url);
  return new Promise<{ status: number | undefined; text: string; allows: string[] }>((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, async (answer) => {
      let text = "";
      for await (const chunk of answer) text += chunk;
      const allows = Object.keys(answer.headers).filter((name) => name.startsWith("access-control"));
      resolve({ status: answer.statusCode, text, allows });
    });
    sent.once("error", reject);
    sent.end(method === "POST" || method === "PUT" ? body : "");
  });
}

describe("The servers of a running world", () => {
  let dir: string;
  let local: LocalWorld;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "sluice-doors-"));
    await writeSettings(dir, testSettings);
    local = await startLocalWorld({ dir, speed: 1_000 });
  });
  afterAll(async () => {
    await local.close();
    await rm(dir, { recursive: true, force: true });
  });

  const signedWith = (key: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=${key}/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=b`,
    "x-amz-date": "20200101T000000Z",
    "content-type": "application/x-amz-json-1.0",
  });
  const tableCall = (operation: string, key: string) => ({
    ...signedWith(key),
    "x-amz-target": `DynamoDB_20120810.${operation}`,
  });

  it("refuse what any web page can send, with the access key and without, and give no page leave to read", async () => {
    const { dynamodb, bedrock, accessKey } = local.endpoints;
    for (const key of ["a", accessKey])
      for (const page of [
        { origin: "https://a.page", "sec-fetch-site": "cross-site" },
        { origin: "null" },
        { host: "rebound.a.page" },
        { "sec-fetch-site": "none" },
      ]) {
        const tries = [
          send(dynamodb, { ...tableCall("ListTables", key), ...page }),
          send(dynamodb, { ...tableCall("Scan", key), ...page, body: '{"TableName":"sluice"}' }),
          send(dynamodb, { ...page, method: "GET", authorization: `Bearer ${key}` }),
          send(dynamodb, { ...page, method: "OPTIONS", "access-control-request-headers": "x-amz-target" }),
          send(bedrock, { ...signedWith(key), ...page, method: "GET", path: "/model-invocation-jobs" }),
          send(bedrock, { ...page, "content-type": "text/plain", path: "/model-invocation-job/abcdefghijkl/stop" }),
          send(bedrock, { ...page, method: "DELETE", path: "/_faults" }),
        ];
        for (const answer of await Promise.all(tries)) {
          expect(answer).toMatchObject({ status: 403, allows: [] });
          expect(answer.text).not.toContain("TableNames");
        }
      }
  });

  it("refuse who has another key, and answer who has this world's", async () => {
    const { dynamodb, bedrock, accessKey } = local.endpoints;
    const list = { method: "GET", path: "/model-invocation-jobs" };
    expect(await send(dynamodb, tableCall("ListTables", "local"))).toMatchObject({
      status: 403,
      text: expect.stringContaining("UnrecognizedClientException"),
    });
    expect((await send(bedrock, { ...list, ...signedWith("local") })).status).toBe(403);
    expect((await send(bedrock, { ...list, ...signedWith(accessKey) })).status).toBe(200);
    expect(JSON.parse((await send(dynamodb, tableCall("ListTables", accessKey))).text).TableNames).toEqual(["sluice"]);
  });

  it("delete no table for anybody, and say what they do not understand", async () => {
    const { dynamodb, accessKey } = local.endpoints;
    const table = '{"TableName":"sluice"}';
    const ask = (operation: string, body: string) => send(dynamodb, { ...tableCall(operation, accessKey), body });
    expect(await ask("DeleteTable", table)).toMatchObject({ status: 400, text: expect.stringContaining("no such") });
    expect(await ask("toString", table)).toMatchObject({ status: 400 });
    for (const body of ["", "{", "null", "3"])
      expect(await ask("Scan", body)).toMatchObject({
        status: 400,
        text: expect.stringContaining("SerializationException"),
      });
    expect(await ask("GetItem", '{"TableName":"sluice","Key":3}')).toMatchObject({ status: 400 });
    expect((await send(dynamodb, { ...tableCall("ListTables", accessKey), method: "PUT" })).status).toBe(404);
  });

  it("go on when a client goes away in the middle of its request", async () => {
    const { dynamodb, accessKey } = local.endpoints;
    const head = Object.entries({ host: "127.0.0.1", ...tableCall("Scan", accessKey), "content-length": "1000" });
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(dynamodb).port), "127.0.0.1", () => {
        socket.write(`POST / HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n{`);
        setTimeout(() => socket.destroy(), 50);
      });
      socket.once("close", () => resolve());
    });
    expect((await send(dynamodb, tableCall("ListTables", accessKey))).status).toBe(200);
  });

  it("are asked with the world's key even by one who has a bearer token of Bedrock's in the environment", async () => {
    process.env["AWS_BEARER_TOKEN_BEDROCK"] = "a real one";
    const { settings, messages, log } = local.world;
    const { world, close } = composeWorld({
      ...local.endpoints,
      table: tableClient(local.endpoints.dynamodb, local.endpoints.accessKey),
      ...{ objects: local.objects, settings, speed: 1, messages, log },
    });
    try {
      expect((await world.batch.findByName("sluice-local-none")).job).toBeUndefined();
      expect(await world.store.submissions.get("none")).toBeUndefined();
    } finally {
      delete process.env["AWS_BEARER_TOKEN_BEDROCK"];
      close();
    }
  });
});
