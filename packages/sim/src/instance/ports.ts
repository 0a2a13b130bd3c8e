import type {
  BatchService,
  CreateAnswer,
  CreateRequest,
  Messages,
  ObjectStore,
  ObjectWriter,
  Piece,
  Store,
  World,
} from "@sluice/core";
import { seePorts } from "@sluice/testing";
import { DEADLY } from "../bedrock/sim-bedrock.ts";
import { SECOND_MS } from "../script/script.ts";
import type { Call } from "./call.ts";
import { type Instance, PortFault } from "./instance.ts";

/** How long a call to Bedrock takes to its effect. */
export const CREATE_MS = { least: 50, most: 1_500 } as const;
/** How long calls take: DynamoDB, SQS, S3 and Bedrock as their users know them. */
const MS = {
  store: { least: 2, most: 40 },
  messages: { least: 5, most: 60 },
  objects: { least: 10, most: 200 },
  batch: CREATE_MS,
} as const;
/** A Create answers late: its first event can be there earlier. */
const CREATE_ANSWER_MS = 3 * SECOND_MS;

/** The ports themselves, and how names are written in histories. */
export interface Ports {
  store: Store;
  batch: BatchService;
  objects: ObjectStore;
  messages: Messages;
  shorten(text: string): string;
  /** Bedrock answers a Create of this name with an error that nobody knows. */
  odd(jobName: string): void;
  /** True for whoever is to sleep before it creates this job. */
  sleeps(jobName: string): boolean;
}

/** The ports as one instance sees them: every call waits for its turn and may go wrong. */
export function portsOf(instance: Instance, ports: Ports): Pick<World, "store" | "batch" | "objects" | "messages"> {
  const plain = <T extends object>(name: "messages" | "batch", port: T) => parked(instance, ports, name, name, port);
  const batch = plain("batch", ports.batch);
  return {
    store: seePorts(ports.store, (port, group) => parked(instance, ports, "store", `store.${group}`, port)),
    messages: plain("messages", ports.messages),
    batch: { ...bound(batch), create: (request) => create(instance, ports, request) },
    objects: objectsOf(instance, ports),
  };
}

function bound(batch: BatchService): BatchService {
  return {
    create: (request) => batch.create(request),
    get: (arn) => batch.get(arn),
    findByName: (jobName) => batch.findByName(jobName),
    list: (nameContains, since, cursor) => batch.list(nameContains, since, cursor),
  };
}

/** Makes every method of a port a call of the instance. */
function parked<T extends object>(
  instance: Instance,
  ports: Ports,
  port: "store" | "messages" | "batch",
  place: string,
  methods: T,
): T {
  return new Proxy(methods, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function" || typeof name !== "string") return member;
      return (...args: unknown[]) => {
        const words = `${place}.${name}(${args.map((arg) => brief(arg, ports)).join(", ")})`;
        const effect = async () => member.apply(target, args);
        return instance.call(callOf(ports, port, words, effect));
      };
    },
  });
}

function callOf(ports: Ports, port: Call["port"], words: string, effect: Call["effect"]): Call {
  return { port, words, ms: MS[port], answerMs: 0, effect, brief: (answer) => brief(answer, ports) };
}

function create(instance: Instance, ports: Ports, request: CreateRequest): Promise<CreateAnswer> {
  const words = `batch.create(${ports.shorten(request.jobName)})`;
  const call = callOf(ports, "batch", words, () => ports.batch.create(request));
  const answerOf: Call["answerOf"] = (what): CreateAnswer => {
    if (what === "throttled") return { kind: "throttled", message: "Too many requests." };
    if (what === "spuriousQuota") return { kind: "quotaExceeded", message: "Too many jobs." };
    if (what === "odd") ports.odd(request.jobName);
    if (what === "odd") return { kind: "odd", message: "An error of a new name." };
    return { kind: "unknown", message: "No answer." };
  };
  const isDeadly = (answer: unknown) =>
    (answer as CreateAnswer).kind === "unknown" && (answer as { message: string }).message === DEADLY;
  return instance.call({
    ...call,
    answerMs: CREATE_ANSWER_MS,
    answerOf,
    isDeadly,
    sleeps: ports.sleeps(request.jobName),
  }) as Promise<CreateAnswer>;
}

function objectsOf(instance: Instance, { objects, ...rest }: Ports): ObjectStore {
  const ports = { objects, ...rest };
  const call = <T>(words: string, effect: () => Promise<T>) =>
    instance.call(callOf(ports, "objects", `objects.${words}`, effect)) as Promise<T>;
  return {
    bucket: objects.bucket,
    head: (key) => call(`head(${ports.shorten(key)})`, () => objects.head(key)),
    compose: (key, pieces, contentType) =>
      call(`compose(${ports.shorten(key)})`, () => objects.compose(key, pieces, contentType)),
    list: (prefix, cursor) => call(`list(${ports.shorten(prefix)})`, () => objects.list(prefix, cursor)),
    delete: (keys) => call(`delete(${keys.length} objects)`, () => objects.delete(keys)),
    read: (piece) => read(instance, ports, piece),
    writer: (key, contentType) => writer(call, ports, objects.writer(key, contentType), key),
  };
}

/** A read has its turn when it begins; like S3's, it then goes on with the object as it was. */
async function* read(instance: Instance, ports: Ports, piece: Piece): AsyncGenerator<Uint8Array> {
  const words = `objects.read(${ports.shorten(piece.key)})`;
  let breaksOff = false;
  const effect: Call["effect"] = async (fault) => {
    breaksOff = fault === "breaksOff";
    const chunks: Uint8Array[] = [];
    for await (const chunk of ports.objects.read(piece)) chunks.push(chunk);
    return chunks;
  };
  const made = callOf(ports, "objects", words, effect);
  const chunks = (await instance.call({ ...made, canBreakOff: true })) as Uint8Array[];
  const kept = breaksOff ? chunks.slice(0, chunks.length >> 1) : chunks;
  yield* kept;
  if (breaksOff) throw new PortFault(`${words} broke off.`);
}

/** Only closing has an effect, so only closing waits for its turn. */
function writer(
  call: (words: string, effect: () => Promise<void>) => Promise<void>,
  { shorten }: Ports,
  inner: ObjectWriter,
  key: string,
): ObjectWriter {
  return {
    write: (bytes) => inner.write(bytes),
    close: () => call(`write(${shorten(key)})`, () => inner.close()),
    abort: () => inner.abort(),
  };
}

/** A value in a few letters. */
function brief(value: unknown, ports: Ports): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return ports.shorten(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value))
    return value.length > 4 ? `${value.length} items` : `[${value.map((one) => brief(one, ports)).join(", ")}]`;
  if ("items" in value) return brief(value.items, ports);
  if ("holders" in value && "claiming" in value) return briefLane(value as never, ports);
  const words = ["kind", "jobId", "status", "rank"].flatMap((name) => {
    const word = (value as Record<string, unknown>)[name];
    return word === undefined ? [] : [typeof word === "string" ? ports.shorten(word) : String(word)];
  });
  return words.length === 0 ? `{${Object.keys(value).join(",")}}` : words.join(" ");
}

function briefLane(
  lane: { holders: ReadonlySet<string>; claiming: ReadonlySet<string>; block?: { kind: string } },
  ports: Ports,
): string {
  const names = (ids: ReadonlySet<string>) => [...ids].map((id) => ports.shorten(id)).join(" ");
  return `holders{${names(lane.holders)}} claiming{${names(lane.claiming)}}${lane.block ? ` block ${lane.block.kind}` : ""}`;
}
