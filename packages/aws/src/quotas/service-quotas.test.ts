import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { quotasClient, ServiceQuotas } from "./service-quotas.ts";

const QUOTA = "L-1A2B3C4D";
const APPLIED = "GetServiceQuota";
const DEFAULT = "GetAWSDefaultServiceQuota";

describe("Bedrock's quotas in Service Quotas", () => {
  let server: Server;
  let quotas: ServiceQuotas;
  let answers: Record<string, [status: number, document: unknown]>;
  let asked: unknown[];
  const value = (Value: number): [number, unknown] => [200, { Quota: { QuotaCode: QUOTA, Value } }];
  const error = (name: string): [number, unknown] => [400, { __type: name, Message: `${name}!` }];

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request.setEncoding("utf8")) body += chunk;
      const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
      asked.push([operation, JSON.parse(body)]);
      const [status, document] = answers[operation] ?? error("NoSuchResourceException");
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(document));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = quotasClient({ region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, credentials });
    quotas = new ServiceQuotas({ client });
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => {
    answers = {};
    asked = [];
  });

  it("gives the account's value, rounded down, with one question about the service bedrock", async () => {
    answers = { [APPLIED]: value(20.7), [DEFAULT]: value(5) };
    expect(await quotas.limitOf(QUOTA)).toBe(20);
    expect(asked).toEqual([[APPLIED, { ServiceCode: "bedrock", QuotaCode: QUOTA }]]);
  });

  it("gives AWS's default where the account has no value of its own", async () => {
    answers = { [DEFAULT]: value(5) };
    expect(await quotas.limitOf(QUOTA)).toBe(5);
    expect(asked).toHaveLength(2);
  });

  it("gives nothing for a code that does not exist", async () => {
    expect(await quotas.limitOf(QUOTA)).toBeUndefined();
  });

  it("throws what AWS answers otherwise", async () => {
    answers = { [APPLIED]: error("AccessDeniedException") };
    await expect(quotas.limitOf(QUOTA)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});
