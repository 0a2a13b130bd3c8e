import { laneOfModel, type Settings } from "@sluice/core";
import { builtInResponder, type EndpointModel, openAiResponder, type Responder, tryEndpoint } from "@sluice/emulator";
import { Failure, wrongUse } from "../failure.ts";
import { suggestion } from "../nearest.ts";

/** The variable of OpenAI's own clients, so that one that is set already will do. */
const KEY_VARIABLE = "OPENAI_API_KEY";
const BUILT_IN = "builtin";

export interface ResponderOptions {
  /** `builtin`, or the address of an OpenAI-compatible endpoint. */
  responder: string;
  /** The endpoint's model for every lane, or `LANE=MODEL` for one. */
  responderModel?: string[];
}

/** Who answers, and what is to be said of it. */
export interface ChosenResponder {
  responder: Responder;
  shown: string;
  /** What the first try found that may pass by itself. */
  warning?: string;
}

/**
 * The responder that the options name. An endpoint is tried once, so that what is wrong with it is said now.
 *
 * @throws Failure if the endpoint cannot answer, or (wrong use) for a lane that the settings do not have
 */
export async function chooseResponder(options: ResponderOptions, settings: Settings): Promise<ChosenResponder> {
  const { responder: address, responderModel: asked = [] } = options;
  if (address === BUILT_IN) {
    if (asked.length > 0)
      throw wrongUse("WrongUse", "--responder-model names a model of an endpoint.", "Give --responder URL as well.");
    return { responder: builtInResponder(), shown: "built in" };
  }
  const names = namesOf(asked, settings);
  const apiKey = process.env[KEY_VARIABLE];
  const models = toTry(names, settings);
  const warnings = await Promise.all(models.map((model) => tried(address, apiKey, model)));
  const responder = openAiResponder({
    baseUrl: address,
    ...(apiKey && { apiKeyEnv: KEY_VARIABLE }),
    model: (modelId) => nameFor(names, laneOfModel(settings, modelId)) ?? modelId,
  });
  const warning = warnings.filter((words) => words !== undefined).join("\n");
  const shown = `${address}, ${models.map(({ name }) => name).join(", ")}`;
  return { responder, shown, ...(warning !== "" && { warning }) };
}

interface Names {
  all?: string;
  byLane: ReadonlyMap<string, string>;
}

function namesOf(asked: readonly string[], settings: Settings): Names {
  const byLane = new Map<string, string>();
  let all: string | undefined;
  for (const text of asked) {
    const at = text.indexOf("=");
    const lane = text.slice(0, Math.max(0, at));
    if (at === -1) all = text;
    else if (Object.hasOwn(settings.lanes, lane)) byLane.set(lane, text.slice(at + 1));
    else throw wrongUse("UnknownLane", `There is no lane ${lane}.`, suggestion(lane, Object.keys(settings.lanes)));
  }
  return { byLane, ...(all !== undefined && { all }) };
}

function nameFor({ all, byLane }: Names, lane: string | undefined): string | undefined {
  return (lane === undefined ? undefined : byLane.get(lane)) ?? all;
}

/** Each model that was named, once; where none was, what would be asked for the default route. */
function toTry({ all, byLane }: Names, settings: Settings): EndpointModel[] {
  const ofLanes = [...byLane].map(([lane, name]): EndpointModel => {
    const isEmbedding = settings.lanes[lane]?.models.every((model) => model.includes("embed")) ?? false;
    return { name, kind: isEmbedding ? "embedding" : "chat" };
  });
  if (all === undefined && byLane.size > 0) return ofLanes;
  return [{ name: all ?? settings.default.model, kind: "chat" }, ...ofLanes];
}

async function tried(address: string, apiKey: string | undefined, model: EndpointModel): Promise<string | undefined> {
  const check = await tryEndpoint({ baseUrl: address, ...(apiKey && { apiKey }) }, model);
  if (check.ok) return undefined;
  if (check.passing) return `${check.message} ${check.next}`;
  throw new Failure("ResponderUnusable", `The responder cannot answer: ${check.message}`, check.next);
}
