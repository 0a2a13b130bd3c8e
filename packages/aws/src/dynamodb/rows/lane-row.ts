import type { Lane } from "@sluice/core";
import type { EntityItem } from "electrodb";
import type { LaneEntity } from "../entities/lane.ts";
import { RowReader } from "./row.ts";

/** Reads a row as a lane. Throws `ItemUnreadable` if something is missing. */
export function laneOfRow(row: EntityItem<LaneEntity>): Lane {
  const reader = new RowReader("lane", row.lane, row);
  const holders = new Set(row.holders);
  const claiming = new Set(row.claiming);
  for (const jobId of claiming) if (!holders.has(jobId)) reader.refuse(`${jobId} is in claiming but holds no slot`);
  const blocks = Object.values(row.modelBlocks ?? {}).map(({ model, ...block }) => [model, block] as const);
  return {
    ...reader.needAll(["lane", "limit", "failuresInRow", "listedAt"]),
    holders,
    claiming,
    missedAt: row.missedAt ?? 0,
    settingsVersion: row.settingsVersion ?? 0,
    modelBlocks: new Map(blocks),
    ...(row.block !== undefined && { block: row.block }),
  };
}
