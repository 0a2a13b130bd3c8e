import { createReadStream } from "node:fs";
import { basename, isAbsolute, relative, resolve, sep } from "node:path";
import { checkFile, DROPS_PREFIX, routeOf, type Settings } from "@sluice/core";
import { routeWarning } from "../look/route-folder.ts";
import type { CommonOptions } from "../options.ts";
import type { Output } from "../output.ts";
import { settingsOf } from "../reach/open.ts";
import { type CheckedFile, checkReport } from "../view/check.ts";
import { checkFiles } from "./files.ts";
import { checkWishes, metadataOf } from "./route.ts";

export interface ValidateOptions extends CommonOptions {
  route?: string;
  model?: string;
}

/** How many broken lines of a file are told one by one. */
const MOST_SHOWN = 100;

/** Checks the files as a drop checks them; true if there is nothing to tell of any. */
export async function validate(files: readonly string[], options: ValidateOptions, output: Output): Promise<boolean> {
  await checkFiles(files);
  const settings = await settingsOf(options);
  checkWishes(settings, options);
  const checked: CheckedFile[] = [];
  for (const file of files) checked.push(await check(file, settings, options));
  output.show({ files: checked }, () => checked.map(checkReport).join("\n"));
  return checked.every(({ ok }) => ok);
}

/** The key that a file has or would get: a folder of the bucket counts, as it does for a drop. */
function keyOf(file: string, { dir, route }: ValidateOptions): string {
  const folder = resolve(dir, "bucket", DROPS_PREFIX);
  const path = relative(folder, resolve(file)).split(sep).join("/");
  const isInBucket = !path.startsWith("../") && !isAbsolute(path);
  if (isInBucket && route === undefined) return `${DROPS_PREFIX}${path}`;
  return `${DROPS_PREFIX}${route === undefined ? "" : `${route}/`}${basename(file)}`;
}

async function check(file: string, settings: Settings, options: ValidateOptions): Promise<CheckedFile> {
  const key = keyOf(file, options);
  const { routed, problem: notRouted } = routeOf(settings, key, metadataOf(options));
  const lane = settings.lanes[routed.lane];
  // The settings' schema holds that every route's model has a lane.
  if (lane === undefined) throw new Error(`The settings have no lane ${routed.lane}: check them again.`);
  const {
    counts,
    jobs,
    problem: found,
    entries,
    faults,
    warnings,
  } = await checkFile(
    createReadStream(file),
    { lane, modelId: routed.model, invocation: routed.invocation },
    { maxEntries: MOST_SHOWN, limits: { maxJobs: routed.maxJobs, small: routed.small } },
  );
  const problem = notRouted ?? found;
  const aside = routed.route === undefined ? routeWarning(settings, key) : undefined;
  return {
    file,
    model: routed.model,
    ok: problem === undefined && counts.errors === 0,
    counts,
    jobs,
    ...(problem !== undefined && { problem }),
    errors: entries.map(({ line, recordId, error: { code, message } }) => ({
      ...(line !== undefined && { line }),
      ...(recordId !== undefined && { recordId }),
      code,
      message,
    })),
    faults,
    warnings:
      aside === undefined ? warnings : [{ code: "UnknownFolder", message: aside, count: 1, lines: [] }, ...warnings],
  };
}
