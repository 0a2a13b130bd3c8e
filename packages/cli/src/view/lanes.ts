import { NO_LANE } from "@sluice/core";
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
      models.length === 0 ? colors.red("not in the settings") : stateWord(limit, waiting + running, block?.kind),
      models.join(", "),
    ]),
  );
  return [table, ...lanes.flatMap(reasonsOf)].join("\n");
}

function reasonsOf({ lane, block, waiting }: ShownLane): string[] {
  const reasons: string[] = [];
  if (block !== undefined) {
    const ofModel = block.model === undefined ? "" : ` of ${block.model}`;
    reasons.push(`${lane} takes no new jobs${ofModel} until ${block.until}: ${block.reason}`);
  }
  if (lane === NO_LANE)
    reasons.push(
      `${waiting} jobs wait whose model is in no lane. Add the model to a lane of the settings and they run.`,
    );
  return reasons;
}

function stateWord(limit: number | undefined, jobs: number, block: string | undefined): string {
  if (block !== undefined) return colors.red(`blocked (${block})`);
  if (limit === 0) return colors.yellow("paused");
  return jobs === 0 ? colors.dim("idle") : colors.green("running");
}
