import type { SubmissionStatus } from "@sluice/core";
import { Command, InvalidArgumentError } from "commander";
import { wrongUse } from "../failure.ts";
import { suggestion } from "../nearest.ts";
import { type CommonOptions, quoted } from "../options.ts";
import { examples, numberBetween, outputFor, withSiteOptions } from "./common.ts";

const STATUSES: readonly SubmissionStatus[] = ["Planning", "Open", "Done", "Refused", "Stopped"];
const MOST_LISTED = 10_000;

interface LsOptions extends CommonOptions {
  status?: SubmissionStatus[];
  route?: string;
  limit?: number;
  before?: string;
}

export function lsCommand(): Command {
  return withSiteOptions(new Command("ls"))
    .description("List submissions, newest first: as many as the screen has lines, or 200 into a pipe.")
    .option("--status <status,…>", `only these: ${STATUSES.join(", ").toLowerCase()}`, statuses)
    .option("--route <name>", 'only those of this route; "default" are those of no route\'s folder')
    .option("--limit <n>", "so many at most", numberBetween(1, MOST_LISTED))
    .option("--before <id>", "only those older than this one; a full list says how to go on")
    .addHelpText(
      "after",
      examples("ls --status open,planning", "ls --json | jq '.submissions[] | select(.errors > 0)'"),
    )
    .action(list);
}

async function list(options: LsOptions): Promise<void> {
  const { openSite } = await import("../reach/open.ts");
  const { DEFAULT_ROUTE, listSubmissions } = await import("../look/submissions.ts");
  const { fittingRows, submissionsTable } = await import("../view/submissions.ts");
  const { status, route, before } = options;
  const site = await openSite(options);
  try {
    const routes = [...Object.keys(site.settings.routes), DEFAULT_ROUTE];
    if (route !== undefined && !routes.includes(route))
      throw wrongUse("UnknownRoute", `The settings have no route ${route}.`, suggestion(route, routes));
    const output = outputFor(options);
    const limit = options.limit ?? (output.isTerminal ? fittingRows() : undefined);
    const listing = await listSubmissions(site, {
      ...(status !== undefined && { statuses: status }),
      ...(route !== undefined && { route }),
      ...(before !== undefined && { before }),
      ...(limit !== undefined && { limit }),
    });
    output.show(listing, () => submissionsTable(listing, site, wantedAgain(options)));
  } finally {
    await site.close();
  }
}

/** The filters of this call, for the one that goes on with older ones. */
function wantedAgain({ status, route, limit }: LsOptions): string {
  return [
    ...(status === undefined ? [] : [` --status ${status.join(",").toLowerCase()}`]),
    ...(route === undefined ? [] : [` --route ${quoted(route)}`]),
    ...(limit === undefined ? [] : [` --limit ${limit}`]),
  ].join("");
}

function statuses(text: string): SubmissionStatus[] {
  return text.split(",").map((word) => {
    const known = STATUSES.find((status) => status.toLowerCase() === word.trim().toLowerCase());
    if (known === undefined) throw new InvalidArgumentError(suggestion(word, STATUSES).toLowerCase());
    return known;
  });
}
