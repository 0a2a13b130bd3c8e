import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type BuiltHandler, buildHandler } from "./bundle.ts";
import type { Json } from "./json.ts";

/** What the components ask of SST's CLI while they are evaluated. */
export interface RpcServer {
  url: string;
  /** By function id. */
  handlers: Record<string, BuiltHandler>;
  close(): void;
}

/**
 * Answers the CLI's calls on loopback: the bootstrap's names, and the functions' bundles.
 *
 * @param artifacts the folder of the bundles
 */
export async function startRpcServer(artifacts: string): Promise<RpcServer> {
  const handlers: Record<string, BuiltHandler> = {};
  const methods: Record<string, (argument: Json) => unknown> = {
    "Provider.Aws.Bootstrap": () => ({
      asset: "sst-asset",
      state: "sst-state",
      assetEcrRegistryId: "0",
      assetEcrUrl: "ecr",
      appsyncHttp: "",
      appsyncRealtime: "",
    }),
    "Runtime.Build": async ({ functionID, handler }: Json) => {
      const out = join(artifacts, `${functionID}-src`);
      try {
        handlers[functionID] = await buildHandler(handler, out);
        return { handler, out, errors: [], sourcemaps: [] };
      } catch (error) {
        return { errors: [`${functionID}: ${error instanceof Error ? error.message : String(error)}`] };
      }
    },
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method, params } = JSON.parse(body);
    const call = methods[method];
    const answer = call ? { result: await call(params[0]) } : { error: `The evaluation has no RPC method ${method}.` };
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, handlers, close: () => server.close() };
}
