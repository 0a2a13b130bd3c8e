import { Command } from "commander";
import type { CommonOptions } from "../options.ts";
import { examples, outputFor, withSiteOptions } from "./common.ts";

export function lanesCommand(): Command {
  return withSiteOptions(new Command("lanes"))
    .description("Show every lane: its slots, what waits, and what blocks it.")
    .addHelpText("after", examples("lanes --json | jq '.lanes[] | select(.waiting > 0)'"))
    .action(async (options: CommonOptions) => {
      const { openSite } = await import("../reach/open.ts");
      const { listLanes } = await import("../look/lanes.ts");
      const { lanesTable } = await import("../view/lanes.ts");
      const site = await openSite(options);
      try {
        const lanes = await listLanes(site, Date.now());
        outputFor(options).show({ lanes }, () => lanesTable(lanes));
      } finally {
        await site.close();
      }
    });
}
