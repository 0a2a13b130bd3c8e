import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type EndpointCheck, tryEndpoint } from "./endpoint-check.ts";

const chat = { name: "llama3.2", kind: "chat" } as const;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

type Reply = { status?: number; body?: unknown } | "nothing";

/** An endpoint that replies so to each path. */
async function replying(replies: Record<string, Reply>): Promise<string> {
  const server = createServer((request, response) => {
    const reply = replies[request.url ?? ""] ?? { status: 404, body: { error: { message: "no such path" } } };
    if (reply === "nothing") return;
    response.statusCode = reply.status ?? 200;
    response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const CHAT = "/v1/chat/completions";
const refusal = (status: number, message: string) => ({ [CHAT]: { status, body: { error: { message } } } });
const wrong = (check: EndpointCheck) => (check.ok ? undefined : check);

describe("A first try of an endpoint", () => {
  it("asks a chat model for a token and an embedding model for a vector, and is content with either", async () => {
    const baseUrl = await replying({ [CHAT]: { body: { choices: [] } }, "/v1/embeddings": { body: { data: [] } } });
    expect(await tryEndpoint({ baseUrl }, chat)).toEqual({ ok: true, tookMs: expect.any(Number) });
    expect(await tryEndpoint({ baseUrl }, { name: "nomic", kind: "embedding" })).toMatchObject({ ok: true });
  });

  it.each([
    [refusal(401, "Incorrect API key"), false, /401: Incorrect API key/, /Put its API key into OPENAI_API_KEY/],
    [refusal(404, "no model"), false, /404: no model/, /Is http.*\/v1 its address\? Name .* --responder-model/],
    [{ ...refusal(404, "no model"), "/v1/models": { body: { data: [] } } }, false, /404/, /Load llama3\.2 first/],
    [refusal(503, "loading"), true, /503: loading/, /own log/],
    [refusal(429, "busy"), true, /429: busy/, /own log/],
    [refusal(418, "teapot"), false, /418: teapot/, /own log/],
    [{ [CHAT]: { body: "<html>" } }, false, /not JSON/, /OpenAI-compatible/],
    [{ [CHAT]: { body: { hello: 1 } } }, false, /a shape that OpenAI's does not have/, /OpenAI-compatible/],
    [{ [CHAT]: "nothing" }, true, /has not answered one request for 0\.2 s/, /loading the model/],
  ] as [Record<string, Reply>, boolean, RegExp, RegExp][])(
    "says of %j what is wrong, whether it may pass, and what to do",
    async (replies, passing, message, next) => {
      const check = wrong(await tryEndpoint({ baseUrl: await replying(replies), timeoutMs: 200 }, chat));
      expect(check?.passing).toBe(passing);
      expect(check?.message).toMatch(message);
      expect(check?.next).toMatch(next);
    },
  );

  it("names the endpoint's models, and speaks of a key that was sent and is wrong", async () => {
    const data = Array.from({ length: 14 }, (_, n) => ({ id: `model-${n}` }));
    const baseUrl = await replying({ ...refusal(404, "no"), "/v1/models": { body: { data } } });
    expect(wrong(await tryEndpoint({ baseUrl }, chat))?.next).toMatch(/It has: model-0, .*model-11, and 2 more\./);
    const locked = await replying(refusal(403, "no"));
    expect(wrong(await tryEndpoint({ baseUrl: locked, apiKey: "sk" }, chat))?.next).toMatch(/Check the API key/);
  });

  it("says where nobody listens", async () => {
    expect(wrong(await tryEndpoint({ baseUrl: "http://127.0.0.1:1" }, chat))).toEqual({
      ok: false,
      passing: false,
      message: expect.stringMatching(/could not be reached \(.*\)\.$/),
      next: "Start it, or check its address and port.",
    });
  });
});
