import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { platform, work } from "../platform/install.ts";
import { root } from "../root.ts";
import { type Found, outputsOf, providerCall, REGION } from "./aws-answers.ts";
import { type BuiltHandler, type Edit, importBundled } from "./bundle.ts";
import type { Json } from "./json.ts";
import { startRpcServer } from "./rpc-server.ts";

/** How long the bundles of an evaluation are kept: whoever asked for it runs them meanwhile. */
const KEPT_MS = 60 * 60_000;

/** The key by which Pulumi tells its own wrappers from plain objects. */
const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";

/** A resource as a deploy would create it. */
export interface Resource {
  type: string;
  name: string;
  /** The URN of the component that it belongs to. */
  parent: string;
  inputs: Json;
  /** The inputs, and what AWS would add: names, ARNs, URLs. */
  state: Json;
  retainOnDelete: boolean;
  /** The URNs of everything that is deleted after it only. */
  dependencies: string[];
}

/** What a deploy starts from. */
export interface Start extends Partial<Found> {
  edits?: readonly Edit[];
  /** `sst dev` in place of `sst deploy`. */
  isDev?: boolean;
}

/** Everything that a deploy of a stage would do, without doing it. */
export interface Evaluation {
  app: Json;
  resources: Resource[];
  handlers: Record<string, BuiltHandler>;
  outputs: Record<string, unknown>;
}

/**
 * Evaluates the real sst.config.ts with the real SST components, against Pulumi's mocks: no AWS account, no Pulumi
 * engine, no network but loopback. It does what `sst deploy` does up to the point where Pulumi's engine takes over.
 * Once a process, because SST and Pulumi keep what they know in globals.
 */
export async function evaluate(stage: string, start: Start): Promise<Evaluation> {
  const { edits = [], isDev = false, region = REGION, parameters = {} } = start;
  const app = await appOf(stage, edits);
  const ownWork = freshWork();
  const rpc = await startRpcServer(join(ownWork, "artifacts"));
  process.env["SST_SERVER"] = rpc.url;
  // The platform brings its own Pulumi, and what is loaded here must be the same module.
  const load = createRequire(join(platform, "package.json"));
  pinRandomNames(load);
  const resources = await mockPulumi(load, app.name, stage, { region, parameters });
  const pulumi = load("@pulumi/pulumi");
  const { program } = await importBundled(
    `import { run } from "${platform}/src/auto/run.ts"; import mod from "${root}/sst.config.ts"; export const program = () => run(mod.run);`,
    definitions(app, ownWork, isDev),
    [join(platform, "src/shim/run.js")],
    edits,
  );
  const result = await pulumi.runtime.runInPulumiStack(program);
  // Waits for every registration that is still under way.
  await pulumi.runtime.disconnect();
  rpc.close();
  return {
    app,
    resources: resources.sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1)),
    handlers: rpc.handlers,
    outputs: await plainOutputs(pulumi, result ?? {}),
  };
}

async function appOf(stage: string, edits: readonly Edit[]): Promise<Json> {
  const config = await importBundled(
    `globalThis.$config = (c) => c; export default (await import("./sst.config.ts")).default.app({ stage: ${JSON.stringify(stage)} });`,
    {},
    [],
    edits,
  );
  return { removal: "retain", providers: {}, ...(await config.default), stage };
}

/** A folder for the bundles of this evaluation alone: several may run at once. Those of an hour ago are deleted. */
function freshWork(): string {
  const folder = join(work, "evaluations");
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
  const own = join(folder, `${Date.now()}-${process.pid}`);
  mkdirSync(join(own, "artifacts"), { recursive: true });
  return own;
}

function definitions(app: Json, ownWork: string, isDev: boolean): Record<string, string> {
  const cli = {
    command: isDev ? "dev" : "deploy",
    dev: isDev,
    paths: { home: work, root, work: ownWork, platform },
    state: { version: {} },
  };
  return { $app: JSON.stringify(app), $cli: JSON.stringify(cli), $dev: String(isDev) };
}

/** Physical names end in eight random letters; pinned, two runs can be compared. */
function pinRandomNames(load: NodeJS.Require): void {
  const crypto = load("node:crypto");
  const random = crypto.randomBytes;
  crypto.randomBytes = (size: number, ...callback: unknown[]) =>
    size === 8 && callback.length === 0 ? Buffer.alloc(8) : random(size, ...callback);
}

/** Lets Pulumi register resources here; the list fills while the program runs. */
async function mockPulumi(load: NodeJS.Require, app: string, stage: string, account: Found): Promise<Resource[]> {
  const resources: Resource[] = [];
  const pulumi = load("@pulumi/pulumi");
  const { MockMonitor } = load("@pulumi/pulumi/runtime/mocks");
  const register = MockMonitor.prototype.registerResource;
  MockMonitor.prototype.registerResource = function (request: Json, done: Json) {
    // Mocks are not shown a resource's options: those that matter are kept from the request.
    return register.call(this, request, (error: Json, response: Json) => {
      const found = resources.find((one) => one.name === request.getName() && one.type === request.getType());
      if (found)
        Object.assign(found, {
          parent: request.getParent(),
          retainOnDelete: request.getRetainondelete(),
          dependencies: request.getDependenciesList(),
        });
      done(error, response);
    });
  };
  const newResource = ({ type, name, inputs: given, custom, id }: Json) => {
    const inputs = withoutSecrets(given);
    const state = { ...inputs, ...(custom === false ? {} : outputsOf(type, name, inputs)) };
    resources.push({ type, name, inputs, state, parent: "", retainOnDelete: false, dependencies: [] });
    return { id: custom === false ? undefined : id || state.name || state.bucket || name, state };
  };
  const call = ({ token, inputs }: Json) => {
    try {
      return providerCall(token, inputs, account);
    } catch (error) {
      // Pulumi drops it.
      console.error(error instanceof Error ? error.message : error);
      throw error;
    }
  };
  await pulumi.runtime.setMocks({ newResource, call }, app, stage, false);
  return resources;
}

/** Pulumi wraps what is secret in an object of its own; here nothing is. */
function withoutSecrets(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== "object") return value;
  if (SECRET_SIGNATURE in value) return withoutSecrets(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}

async function plainOutputs(pulumi: Json, result: Record<string, Json>): Promise<Record<string, unknown>> {
  const entries = Object.entries(result).map(async ([name, value]) => [
    name,
    await (pulumi.Output.isInstance(value) ? value.promise() : value),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}
