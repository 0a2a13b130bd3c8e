import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sluice, start } from "./test-sluice.ts";

const MAX_TEST_MS = 120_000;
const SEEN = { timeout: 30_000, interval: 50 };
const MODEL = "llama3.2";

/** An OpenAI-compatible endpoint that does what a test asks of it. */
class Endpoint {
  mode: "answers" | "fails" | "hangs" = "answers";
  readonly keys = new Set<string | undefined>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      if (request.url === "/v1/models") return void response.end(JSON.stringify({ data: [{ id: MODEL }] }));
      let body = "";
      for await (const chunk of request) body += chunk;
      this.keys.add(request.headers.authorization);
      if (this.mode === "hangs") return;
      const { model } = JSON.parse(body);
      if (model !== MODEL || this.mode === "fails") {
        response.statusCode = this.mode === "fails" ? 401 : 404;
        const message = this.mode === "fails" ? "key expired" : `model "${model}" not found`;
        return void response.end(JSON.stringify({ error: { message } }));
      }
      const choices = [{ message: { role: "assistant", content: "Yes." }, finish_reason: "stop" }];
      response.end(JSON.stringify({ choices, usage: { prompt_tokens: 3, completion_tokens: 2 } }));
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe("sluice dev with a real model's endpoint", { timeout: MAX_TEST_MS }, () => {
  const endpoint = new Endpoint();
  let url: string;
  let cwd: string;
  const devs: ReturnType<typeof start>[] = [];

  const startDev = async (...args: string[]) => {
    const variables = { OPENAI_API_KEY: "sk-test" };
    const dev = start(cwd, variables, "dev", "--speed", "3000", "--json", "--responder", url, ...args);
    devs.push(dev);
    await vi.waitFor(() => expect(dev.said.stdout, dev.said.stderr).toMatch(/}\n$/), SEEN);
    return dev;
  };

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "sluice-responder-"));
    url = await endpoint.open();
    const body = (text: string) => ({ messages: [{ role: "user", content: [{ text }] }] });
    for (const name of ["good", "failing", "hanging"]) {
      const lines = Array.from({ length: 100 }, (_, n) =>
        JSON.stringify({ recordId: `r${n}`, modelInput: body(`${name} ${n}`) }),
      );
      await writeFile(join(cwd, `${name}.jsonl`), lines.join("\n"));
    }
  });
  afterAll(async () => {
    endpoint.close();
    for (const { child, ended } of devs) {
      child.kill("SIGKILL");
      await ended;
    }
    await rm(cwd, { recursive: true, force: true });
  });

  it("is not started where nobody answers, or the endpoint has no such model, which is named with those it has", async () => {
    const nobody = await sluice(cwd, "dev", "--responder", "http://127.0.0.1:1");
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toMatch(/cannot answer: .*could not be reached .*\n {2}Start it, or check its address/);
    const unknown = await sluice(cwd, "dev", "--responder", url, "--responder-model", "gpt-x", "--json");
    expect(JSON.parse(unknown.stdout)).toEqual({
      error: {
        code: "ResponderUnusable",
        message: expect.stringContaining('404: model "gpt-x" not found'),
        next: `Name one of its models with --responder-model. It has: ${MODEL}.`,
      },
    });
  });

  it("asks it for every lane's records by its own name, with the key of OPENAI_API_KEY", async () => {
    const dev = await startDev("--responder-model", MODEL);
    const { code, stdout } = await sluice(cwd, "submit", "good.jsonl", "--route", "nova-lite", "--wait", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).submissions[0].tokens).toEqual({ input: 300, output: 200 });
    expect(endpoint.keys).toContain("Bearer sk-test");
    expect(dev.said.stderr).not.toMatch(/responderFails/);
  });

  it("tells that it fails, and does not report a file without results as one that went well", async () => {
    endpoint.mode = "fails";
    const wait = start(cwd, "submit", "failing.jsonl", "--route", "nova-lite", "--wait");
    const log = devs[0]?.said;
    await vi.waitFor(() => expect(log?.stderr).toMatch(/responderFails .*answered 401: key expired/), SEEN);
    const { code, stdout } = await wait.ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/Done, all errors: 0 results, 100 errors[\s\S]*r0: ModelError .*key expired/);
    await vi.waitFor(() => expect(log?.stderr).toMatch(/failing\.jsonl ended without any result: 0 results/), SEEN);
    expect((await sluice(cwd, "ls")).stdout).toMatch(/failing\.jsonl +Done, all errors/);
  });

  it("tells within seconds that it hangs; who waits can leave, and hears that the work goes on", async () => {
    endpoint.mode = "hangs";
    const wait = start(cwd, "submit", "hanging.jsonl", "--route", "nova-lite", "--wait");
    await vi.waitFor(() => expect(devs[0]?.said.stderr).toMatch(/It has not answered any of 4 requests/), SEEN);
    await vi.waitFor(() => expect(wait.said.stderr).toMatch(/warning: The responder has been in trouble/), SEEN);
    const open = JSON.parse((await sluice(cwd, "ls", "--json")).stdout).submissions[0];
    const { warnings } = JSON.parse((await sluice(cwd, "show", open.id, "--json")).stdout);
    expect(warnings).toEqual([expect.stringMatching(/The responder has been in trouble since .* It has not answered/)]);
    wait.child.kill("SIGINT");
    const { code, stderr } = await wait.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/Nobody waits any more, but the work goes on\. .*: sluice show [0-9A-Z]{26}/);
  });
});
