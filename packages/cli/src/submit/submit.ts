import { basename } from "node:path";
import { submissionIdOf } from "@sluice/core";
import { EXIT, Failure } from "../failure.ts";
import type { CommonOptions } from "../options.ts";
import type { Output } from "../output.ts";
import { openDropSite } from "../reach/open.ts";
import { type DropSite, isSite, type Site } from "../reach/sluice.ts";
import { endedText } from "../view/ended.ts";
import type { DroppedFile } from "./dropped-file.ts";
import { earlierDrop, earlierWords } from "./earlier.ts";
import { freeKey } from "./keys.ts";
import { checkWishes, metadataOf, type Wishes } from "./route.ts";
import { ended } from "./wait.ts";

export interface SubmitOptions extends CommonOptions, Wishes {
  again?: true;
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
        `Start it with: ${site.command("dev")}, or submit without --wait.`,
      );
    const submitted = await dropAll(files, options, site, output);
    if (options.wait && isSite(site)) return await waited(site, submitted, output);
    if (!isSite(site)) output.note(`No sluice dev runs on ${options.dir}: the files wait there until one is started.`);
    output.show({ submissions: submitted }, () => submitted.map(({ id, key }) => `${key}  ${id}`).join("\n"));
    return true;
  } finally {
    await site.close();
  }
}

async function dropAll(
  files: readonly string[],
  options: SubmitOptions,
  site: DropSite,
  output: Output,
): Promise<DroppedFile[]> {
  const submitted: DroppedFile[] = [];
  for (const file of files) {
    const earlier = options.again ? undefined : await earlierDrop(site, file, options, options);
    if (earlier === undefined) {
      submitted.push(await drop(file, options, site, submitted));
      const { key } = submitted.at(-1) ?? { key: file };
      if (basename(key) !== basename(file)) output.note(`${file}: that name is taken, so it is ${key}`);
    } else {
      const { id, key, status } = earlier;
      submitted.push({ file, key, id, earlier: status ?? "Waiting" });
      output.note(`${file} ${earlierWords(earlier)}; it is not run twice. To run it again: submit --again`);
    }
  }
  return submitted;
}

async function drop(
  file: string,
  options: SubmitOptions,
  site: DropSite,
  others: readonly DroppedFile[],
): Promise<DroppedFile> {
  const key = await freeKey(site.objects, file, options.route, new Set(others.map((other) => other.key)));
  const head = await site.put(key, file, metadataOf(options));
  return { file, key, id: submissionIdOf(site.objects.bucket, head) };
}

async function waited(site: Site, submitted: readonly DroppedFile[], output: Output): Promise<boolean> {
  for (const { id, key } of submitted) output.note(`${key}  ${id}`);
  const leave = () => {
    const [only, ...others] = submitted;
    const look = others.length === 0 && only !== undefined ? `show ${only.id}` : "ls";
    output.note(`\nNobody waits any more, but the work goes on. See how far it is with: ${site.command(look)}`);
    process.exit(EXIT.interrupted);
  };
  process.once("SIGINT", leave);
  try {
    const all = await ended(site, submitted, output);
    output.show({ submissions: all }, () => endedText(all));
    return all.every(({ status, errors }) => status === "Done" && errors === 0);
  } finally {
    process.off("SIGINT", leave);
  }
}
