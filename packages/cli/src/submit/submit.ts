import { basename } from "node:path";
import { submissionIdOf } from "@sluice/core";
import { Failure } from "../failure.ts";
import type { CommonOptions } from "../options.ts";
import type { Output } from "../output.ts";
import { openDropSite } from "../reach/open.ts";
import type { DropSite, Site } from "../reach/sluice.ts";
import type { DroppedFile } from "./dropped-file.ts";
import { freeKey } from "./keys.ts";
import { checkWishes, metadataOf } from "./route.ts";
import { ended } from "./wait.ts";

export interface SubmitOptions extends CommonOptions {
  route?: string;
  model?: string;
  priority?: number;
  wait?: true;
}

/** Drops files that were checked; true if all went well. */
export async function submit(files: readonly string[], options: SubmitOptions, output: Output): Promise<boolean> {
  const site = await openDropSite(options);
  try {
    checkWishes(site.settings, options);
    if (options.wait && !isSite(site))
      throw new Failure(
        "NotRunning",
        `No sluice dev runs on ${options.dir}, so there is nothing to wait for; nothing was submitted.`,
        `Start it with: sluice dev --dir ${options.dir}, or submit without --wait.`,
      );
    const submitted = await drop(files, options, site, output);
    if (options.wait && isSite(site)) return await waited(site, submitted, output);
    if (!isSite(site)) output.note(`No sluice dev runs on ${options.dir}: the files wait there until one is started.`);
    output.show({ submissions: submitted }, () => submitted.map(({ id, key }) => `${id}  ${key}`).join("\n"));
    return true;
  } finally {
    await site.close();
  }
}

async function drop(
  files: readonly string[],
  options: SubmitOptions,
  site: DropSite,
  output: Output,
): Promise<DroppedFile[]> {
  const submitted: DroppedFile[] = [];
  const taken = new Set<string>();
  for (const file of files) {
    const key = await freeKey(site.objects, file, options.route, taken);
    taken.add(key);
    const head = await site.put(key, file, metadataOf(options));
    submitted.push({ file, key, id: submissionIdOf(site.objects.bucket, head) });
    if (basename(key) !== basename(file)) output.note(`${file}: that name is taken, so it is ${key}`);
  }
  return submitted;
}

async function waited(site: Site, submitted: readonly DroppedFile[], output: Output): Promise<boolean> {
  for (const { id, key } of submitted) output.note(`${id}  ${key}`);
  const all = await ended(site, submitted, output);
  output.show({ submissions: all }, () =>
    all
      .map(({ key, status, results, errors, problem, files }) => {
        const said = problem === undefined ? `${results} results, ${errors} errors` : problem.message;
        return `${key}  ${status}: ${said}${files === undefined ? "" : `\n  ${files.results}\n  ${files.errors}`}`;
      })
      .join("\n"),
  );
  return all.every(({ status, errors }) => status === "Done" && errors === 0);
}

function isSite(site: Site | DropSite): site is Site {
  return "store" in site;
}
