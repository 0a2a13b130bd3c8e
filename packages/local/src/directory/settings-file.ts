import { join } from "node:path";
import { DEFAULT_MAX_RECORDS, DEFAULT_MIN_RECORDS, parseSettings, type Settings, SettingsInvalid } from "@sluice/core";
import { textOfFile, writeJson } from "./json-file.ts";

const FILE_NAME = "sluice.json";
/** The account's quota on jobs of a model where nobody says another. */
export const DEFAULT_SLOTS = 10;

/** Lanes of the model families that the checks know, each with the inference profile that shares its quota. */
const DEFAULT_LANES = {
  "claude-sonnet": ["anthropic.claude-sonnet-4-20250514-v1:0", "us.anthropic.claude-sonnet-4-20250514-v1:0"],
  "claude-haiku": ["anthropic.claude-3-5-haiku-20241022-v1:0", "us.anthropic.claude-3-5-haiku-20241022-v1:0"],
  "nova-pro": ["amazon.nova-pro-v1:0", "us.amazon.nova-pro-v1:0"],
  "nova-lite": ["amazon.nova-lite-v1:0", "us.amazon.nova-lite-v1:0"],
  llama: ["meta.llama3-3-70b-instruct-v1:0", "us.meta.llama3-3-70b-instruct-v1:0"],
  "titan-embed": ["amazon.titan-embed-text-v2:0"],
} as const;

/** What is written where a directory has no settings yet: a route for every lane, named as the lane. */
export function defaultSettings(limit: number): unknown {
  const lane = (models: readonly string[]) => ({
    models,
    limit,
    maxRecords: DEFAULT_MAX_RECORDS,
    minRecords: DEFAULT_MIN_RECORDS,
  });
  return {
    lanes: Object.fromEntries(Object.entries(DEFAULT_LANES).map(([name, models]) => [name, lane(models)])),
    routes: Object.fromEntries(Object.entries(DEFAULT_LANES).map(([name, [model]]) => [name, { model }])),
    default: { model: DEFAULT_LANES["claude-haiku"][0] },
  };
}

/** Where a directory's settings lie. */
export function settingsPath(dir: string): string {
  return join(dir, FILE_NAME);
}

/** The settings of a directory; undefined if it has none yet. Throws `SettingsInvalid`. */
export async function readSettings(dir: string): Promise<Settings | undefined> {
  const path = settingsPath(dir);
  const text = await textOfFile(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new SettingsInvalid(path, [
      { path: [], message: `is no JSON (${message}); mend it, or delete it for a new one` },
    ]);
  }
  return parseSettings(value, path);
}

/** Writes settings whole or not at all. Throws `SettingsInvalid` for what could not be read again. */
export async function writeSettings(dir: string, settings: unknown): Promise<Settings> {
  const path = settingsPath(dir);
  const parsed = parseSettings(settings, path);
  await writeJson(path, settings);
  return parsed;
}

/** The same settings with a limit on each lane whose own is a quota: there is no Service Quotas on this machine. */
export function withoutQuotas(settings: Settings, limit: number): Settings {
  const lanes = Object.entries(settings.lanes).map(
    ([name, lane]) => [name, typeof lane.limit === "number" ? lane : { ...lane, limit }] as const,
  );
  return { ...settings, lanes: Object.fromEntries(lanes) };
}

/** The same settings with another limit on every lane. */
export function withLimit(settings: Settings, limit: number): Settings {
  const lanes = Object.entries(settings.lanes).map(([name, lane]) => [name, { ...lane, limit }] as const);
  return { ...settings, lanes: Object.fromEntries(lanes) };
}
