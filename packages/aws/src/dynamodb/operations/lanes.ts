import { blockKinds, FAILURES_TO_TRIP, hashOf, ItemUnreadable, type Lane, type Lanes } from "@sluice/core";
import { all, any } from "../clauses.ts";
import type { LaneEntity } from "../entities/lane.ts";
import { laneOfRow } from "../rows/lane-row.ts";

type SlotOperations = Pick<Lanes, "claimSlot" | "takeOver" | "finishClaiming" | "releaseSlot">;

/** A lane is at most about 60 KB and a page 1 MB, so this is room for over 1,600 lanes; the settings end at 200. */
const MAX_LANE_PAGES = 100;

/** The operations on lanes that are not about their slots. */
export function laneOperations(lanes: LaneEntity): Omit<Lanes, keyof SlotOperations> {
  async function read(lane: string): Promise<Lane | undefined> {
    const { data } = await lanes.get({ lane }).go({ consistent: true });
    return data === null ? undefined : laneOfRow(data);
  }

  return {
    get: read,

    async all() {
      const { data, cursor } = await lanes.query.primary({}).go({ consistent: true, pages: MAX_LANE_PAGES });
      if (cursor !== null)
        throw new Error(`There are more lanes than ${MAX_LANE_PAGES} pages hold. Delete those that no settings name.`);
      return data.flatMap(readable);
    },

    async setLimit(lane, limit, settingsVersion = 0) {
      const fresh = { failuresInRow: 0, listedAt: 0 };
      const { rejected, data } = await lanes
        .upsert({ lane, limit, settingsVersion })
        .ifNotExists(fresh)
        .where((row, { notExists, lte }) =>
          any(notExists(row.settingsVersion), lte(row.settingsVersion, settingsVersion)),
        )
        .go({ response: "all_new", returnOnConditionCheckFailure: true });
      if (!rejected) return laneOfRow(data);
      const newer = await read(lane);
      if (newer === undefined) throw new Error(`The lane ${lane} was deleted while its limit was set. Try again.`);
      return newer;
    },

    async block(lane, block) {
      await lanes
        .patch({ lane })
        .set({ block: { ...block } })
        .go({ returnOnConditionCheckFailure: true });
    },

    async liftBlock(lane, kinds) {
      if (kinds.length === 0) return false;
      const { rejected } = await lanes
        .patch({ lane })
        .remove(["block"])
        .where(({ block }, { exists, eq }) => {
          const isBlocked = exists(block);
          const isOfTheseKinds = any(...kinds.map((kind) => eq(block.kind, kind)));
          return all(isBlocked, isOfTheseKinds);
        })
        .go({ returnOnConditionCheckFailure: true });
      return !rejected;
    },

    async blockModel(lane, model, block) {
      // A path into a map needs the map, which lanes of earlier versions do not have.
      await lanes
        .patch({ lane })
        .data(({ modelBlocks }, { ifNotExists }) => {
          ifNotExists(modelBlocks, {});
        })
        .go({ returnOnConditionCheckFailure: true });
      await lanes
        .patch({ lane })
        .data((row, { set }) => {
          set(blockOf(row.modelBlocks, model), { model, ...block } as never);
        })
        .go({ returnOnConditionCheckFailure: true });
    },

    async liftModelBlock(lane, model) {
      const { rejected } = await lanes
        .patch({ lane })
        .data((row, { remove }) => {
          remove(blockOf(row.modelBlocks, model));
        })
        .where((row, { exists }) => exists(blockOf(row.modelBlocks, model)))
        .go({ returnOnConditionCheckFailure: true });
      return !rejected;
    },

    async winListing(lane, seen, now) {
      const { rejected } = await lanes
        .patch({ lane })
        .set({ listedAt: now })
        .where(({ listedAt }, { eq }) => eq(listedAt, seen))
        .go({ returnOnConditionCheckFailure: true });
      return !rejected;
    },

    async noteMissed(lane, at) {
      await lanes.patch({ lane }).set({ missedAt: at }).go({ returnOnConditionCheckFailure: true });
    },
  };
}

/** The path of a model's block; ElectroDB knows no types within a map of any keys. */
function blockOf(modelBlocks: unknown, model: string): never {
  return (modelBlocks as Record<string, never>)[`m${hashOf(model).slice(0, 32)}`] as never;
}

/** The lane, or nothing for an item that cannot be read: whoever reads that lane by itself is told why. */
function readable(row: Parameters<typeof laneOfRow>[0]): Lane[] {
  try {
    return [laneOfRow(row)];
  } catch (error) {
    if (error instanceof ItemUnreadable) return [];
    throw error;
  }
}

/** Giving slots and taking them back: the lane's item is the only lock. */
export function slotOperations(lanes: LaneEntity): SlotOperations {
  return {
    async claimSlot(lane, jobId, now, longest) {
      const { rejected } = await lanes
        .patch({ lane })
        .add({ holders: [jobId], claiming: [jobId] })
        .where(({ holders, limit, block, failuresInRow }, { contains, notExists, size, name, gt, lt, lte, eq }) => {
          // DynamoDB removes an empty set, and the size of a missing one is no number: the comparison is false.
          const nobodyHolds = notExists(holders);
          const laneHasRoom = `${size(holders)} < ${name(limit)}`;
          const laneIsTrusted = lt(failuresInRow, FAILURES_TO_TRIP);
          const laneIsOpen = gt(limit, 0);
          const notYetHolding = `NOT ${contains(holders, jobId)}`;
          const noRightClocks = blockKinds.map((kind) =>
            all(eq(block.kind, kind), gt(block.until, now + longest[kind])),
          );
          const notBlocked = any(notExists(block), lte(block.until, now), ...noRightClocks);
          return all(laneIsOpen, notYetHolding, any(nobodyHolds, all(laneHasRoom, laneIsTrusted)), notBlocked);
        })
        .go({ returnOnConditionCheckFailure: true });
      return !rejected;
    },

    async takeOver(lane, jobId) {
      const { rejected } = await lanes
        .patch({ lane })
        .add({ holders: [jobId], claiming: [jobId] })
        .where(({ holders }, { contains }) => `NOT ${contains(holders, jobId)}`)
        .go({ returnOnConditionCheckFailure: true });
      return !rejected;
    },

    async finishClaiming(lane, jobId) {
      await lanes
        .patch({ lane })
        .delete({ claiming: [jobId] })
        .go({ returnOnConditionCheckFailure: true });
    },

    async releaseSlot(lane, jobId, outcome) {
      const released = lanes.patch({ lane }).delete({ holders: [jobId], claiming: [jobId] });
      const counted = {
        failure: () => released.add({ failuresInRow: 1 }),
        success: () => released.set({ failuresInRow: 0 }),
        neutral: () => released,
      }[outcome]();
      const { rejected, data } = await counted
        .where(({ holders }, { contains }) => contains(holders, jobId))
        .go({ response: "all_new", returnOnConditionCheckFailure: true });
      return rejected ? undefined : laneOfRow(data);
    },
  };
}
