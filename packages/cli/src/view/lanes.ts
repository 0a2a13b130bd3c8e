import { MOST_COUNTED, type ShownLane } from "../look/lanes.ts";
import { colors } from "../output.ts";
import { plainTable } from "./plain-table.ts";

/** Every lane, one a line, and below them why any is blocked. */
export function lanesTable(lanes: readonly ShownLane[]): string {
  const table = plainTable(
    ["LANE", "SLOTS", { head: "WAITING", right: true }, "STATE", "MODELS"],
    lanes.map(({ lane, running, limit, waiting, block, models }) => [
      lane,
      `${running}/${limit ?? "?"}`,
      waiting >= MOST_COUNTED ? `${MOST_COUNTED}+` : waiting,
      stateWord(limit, waiting + running, block?.kind),
      models.join(", "),
    ]),
  );
  const reasons = lanes.flatMap(({ lane, block }) =>
    block === undefined ? [] : [`${lane} takes no new jobs until ${block.until}: ${block.reason}`],
  );
  return [table, ...reasons].join("\n");
}

function stateWord(limit: number | undefined, jobs: number, block: string | undefined): string {
  if (block !== undefined) return colors.red(`blocked (${block})`);
  if (limit === 0) return colors.yellow("paused");
  return jobs === 0 ? colors.dim("idle") : colors.green("running");
}
