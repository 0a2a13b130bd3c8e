import type { Settings } from "@sluice/core";
import type { CommonOptions } from "../options.ts";
import type { DropSite, Site } from "./sluice.ts";

/** Opens what the options name: a deployed stage, or a directory of the local world, running or not. */
export async function openSite({ stage, dir }: CommonOptions): Promise<Site> {
  if (stage !== undefined) return (await import("./stage-sluice.ts")).openStage(stage);
  const { checkSite } = await import("./directory.ts");
  checkSite(dir);
  return (await import("./local-sluice.ts")).openSite(dir);
}

/** What it runs with; nothing has to run there, or ever to have run. */
export async function settingsOf({ stage, dir }: CommonOptions): Promise<Settings> {
  if (stage !== undefined) return (await import("./stage-sluice.ts")).stageSettings(stage);
  return (await import("./directory.ts")).settingsFor(dir);
}

/** Opens it to drop files into it: a directory needs no table for that, but must have been meant for it. */
export async function openDropSite({ stage, dir }: CommonOptions): Promise<Site | DropSite> {
  if (stage !== undefined) return (await import("./stage-sluice.ts")).openStage(stage);
  const { checkDropSite } = await import("./directory.ts");
  checkDropSite(dir);
  return (await import("./local-sluice.ts")).openDropSite(dir);
}
