import type { CommonOptions } from "../options.ts";
import type { DropSite, Site } from "./sluice.ts";

/** Opens what the options name: a deployed stage, or a directory of the local world, running or not. */
export async function openSite({ stage, dir }: CommonOptions): Promise<Site> {
  if (stage !== undefined) return (await import("./stage-sluice.ts")).openStage(stage);
  const { checkSite } = await import("./directory.ts");
  checkSite(dir);
  return (await import("./local-sluice.ts")).openSite(dir);
}

/** Opens it to drop files into it: a directory needs no table for that. */
export async function openDropSite({ stage, dir }: CommonOptions): Promise<Site | DropSite> {
  if (stage !== undefined) return (await import("./stage-sluice.ts")).openStage(stage);
  return (await import("./local-sluice.ts")).openDropSite(dir);
}
