import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { newAccessKey } from "./door.ts";
import { idIn, inputLines, started } from "./test-world.ts";

/** Sends a request with exactly these headers, and tells how it was answered. */
function send(url: string, method: string, path: string, headers: Record<string, string>, body = "") {
  const { hostname, port } = new URL(url);
  return new Promise<{ status: number | undefined; headers: object; code: unknown }>((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, (answer) => {
      answer.resume();
      answer.once("end", () =>
        resolve({ status: answer.statusCode, headers: answer.headers, code: answer.headers["x-amzn-errortype"] }),
      );
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

describe("The door of the batch server", () => {
  it("lets nobody in whom a web page sent, whatever it sends along", async () => {
    const { server, create, get, put } = await started();
    await put("in/a.jsonl", inputLines(100));
    const jobArn = await create("job-1");
    const stop = `/model-invocation-job/${idIn(jobArn)}/stop`;
    const authorization = `Bearer ${server.credentials.accessKeyId}`;
    const { port } = new URL(server.url);
    const denied = { status: 403, code: "AccessDeniedException" };
    const fromPages: Record<string, string>[] = [
      { authorization, origin: "https://a.page" },
      { authorization, origin: "null" },
      { authorization, origin: server.url },
      { authorization, "sec-fetch-site": "cross-site" },
      { authorization, "sec-fetch-site": "same-origin" },
      { authorization, host: "rebound.a.page" },
      { authorization, host: `rebound.a.page:${port}` },
      { authorization, host: `127.0.0.1.a.page:${port}` },
    ];
    for (const headers of fromPages) expect(await send(server.url, "POST", stop, headers)).toMatchObject(denied);
    const preflight = { origin: "https://a.page", "access-control-request-method": "POST" };
    const answer = await send(server.url, "OPTIONS", stop, preflight);
    expect(answer).toMatchObject(denied);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect((await get(jobArn)).status).toBe("Submitted");
  });

  it("lets nobody in who has not its access key, and draws another for each server", async () => {
    const { server } = await started();
    const { accessKeyId } = server.credentials;
    const signed = (key: string) =>
      `AWS4-HMAC-SHA256 Credential=${key}/20261122/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=0`;
    const list = (headers: Record<string, string>) => send(server.url, "GET", "/model-invocation-jobs", headers);
    const unknown = { status: 403, code: "UnrecognizedClientException" };
    expect(await list({})).toMatchObject(unknown);
    const wrong = ["", "Bearer ", `Bearer ${accessKeyId.slice(1)}`, `Bearer ${accessKeyId}0`, `Basic ${accessKeyId}`];
    for (const authorization of [...wrong, signed("AKIDEXAMPLE"), signed("")])
      expect(await list({ authorization })).toMatchObject(unknown);
    for (const authorization of [signed(accessKeyId), `Bearer ${accessKeyId}`])
      expect(await list({ authorization })).toMatchObject({ status: 200 });
    for (const host of ["localhost", "127.0.0.1:1", "[::1]:80"])
      expect(await list({ authorization: `Bearer ${accessKeyId}`, host })).toMatchObject({ status: 200 });
    expect(newAccessKey()).not.toBe(newAccessKey());
  });
});
