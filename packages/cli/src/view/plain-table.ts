import Table from "cli-table3";
import { colors } from "../output.ts";

const NO_BORDERS = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "" },
  ...{ "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  " },
};

/** One column: its head, and whether its cells are numbers. */
export type Column = string | { head: string; right: true };

/** A table without borders; numbers stand to the right. */
export function plainTable(columns: readonly Column[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({
    head: columns.map((column) => dimmed(typeof column === "string" ? column : column.head)),
    colAligns: columns.map((column) => (typeof column === "string" ? "left" : "right")),
    chars: NO_BORDERS,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows.map((row) => row.map(String)));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function dimmed(head: string): string {
  return head === "" ? "" : colors.dim(head);
}
