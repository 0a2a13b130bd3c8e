import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { DROPS_PREFIX, isIgnored } from "@sluice/core";
import { wrongUse } from "../failure.ts";

/** @throws Failure (wrong use) for the first that is no file that can be read */
export async function checkFiles(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) throw wrongUse("NoSuchFile", `There is no file ${file}.`, "Check its name and folder.");
    if (!found.isFile()) throw wrongUse("NotAFile", `${file} is not a file.`, "Name the files in it one by one.");
    if (isIgnored(`${DROPS_PREFIX}${basename(file)}`))
      throw wrongUse("IgnoredName", `A drop named like ${file} is ignored, as what tools leave.`, "Rename the file.");
  }
}
