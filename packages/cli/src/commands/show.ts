import { Command } from "commander";
import type { CommonOptions } from "../options.ts";
import { examples, outputFor, withSiteOptions } from "./common.ts";

export function showCommand(): Command {
  return withSiteOptions(new Command("show"))
    .description("Show one submission: what is wrong, its first errors, its jobs, and where its results lie.")
    .argument("<id>", "the id of a submission or of a job, or its first letters")
    .addHelpText("after", examples("show 01KD"))
    .action(async (id: string, options: CommonOptions) => {
      const { openSite } = await import("../reach/open.ts");
      const { showSubmission } = await import("../look/submission.ts");
      const { submissionSheet } = await import("../view/submission.ts");
      const site = await openSite(options);
      try {
        const shown = await showSubmission(site, id);
        outputFor(options).show(shown, () => submissionSheet(shown));
      } finally {
        await site.close();
      }
    });
}
