import { Command } from "commander";
import type { CommonOptions } from "../options.ts";
import { outputFor, withSiteOptions } from "./common.ts";

export function lsCommand(): Command {
  return withSiteOptions(new Command("ls"))
    .description("List submissions, newest first.")
    .addHelpText("after", "\nExample:\n  $ sluice ls --json | jq '.submissions[] | select(.status == \"Open\")'")
    .action(async (options: CommonOptions) => {
      const { openSite } = await import("../reach/open.ts");
      const { listSubmissions } = await import("../look/submissions.ts");
      const { submissionsTable } = await import("../view/submissions.ts");
      const site = await openSite(options);
      try {
        const listed = await listSubmissions(site);
        outputFor(options).show(listed, () => submissionsTable(listed, site));
      } finally {
        await site.close();
      }
    });
}
