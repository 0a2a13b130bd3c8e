import type { Queue } from "@sluice/core";
import type { QueueEntryEntity } from "../entities/queue-entry.ts";

const SIGN_BIT = 1n << 63n;

/**
 * A rank as 16 hex digits that sort as the numbers do: the bits of the double, with the sign turned, or all of them
 * turned below zero. Ranks may be below zero where a clock begins at 0, and may have fractions.
 */
function placeOf(rank: number): string {
  const view = new DataView(new ArrayBuffer(8));
  // Adding 0 makes 0 of −0, which would sort before it.
  view.setFloat64(0, rank + 0);
  const bits = view.getBigUint64(0);
  const sortable = (bits & SIGN_BIT) === 0n ? bits | SIGN_BIT : BigInt.asUintN(64, ~bits);
  return sortable.toString(16).padStart(16, "0");
}

/** The operations on the lanes' queues. Entries are put and deleted without conditions: twice is once. */
export function queueOperations(entries: QueueEntryEntity): Queue {
  return {
    async put({ lane, rank, jobId, modelId }) {
      const model = modelId === undefined ? {} : { modelId };
      await entries.put({ lane, place: placeOf(rank), rank, jobId, ...model }).go({ response: "none" });
    },

    async head(lane, limit, after) {
      if (limit < 1) return [];
      const queue = entries.query.primary({ lane });
      // `count` goes on after a page that ended at DynamoDB's 1 MB; `limit` reads no entry more than was asked for.
      const whole = { consistent: true, limit, count: limit };
      const { data } = await (after === undefined
        ? queue.go(whole)
        : queue.gt({ place: placeOf(after.rank), jobId: after.jobId }).go(whole));
      return data.map(({ rank, jobId, modelId }) => ({ lane, rank, jobId, ...(modelId !== undefined && { modelId }) }));
    },

    async drop({ lane, rank, jobId }) {
      await entries.delete({ lane, place: placeOf(rank), jobId }).go({ response: "none" });
    },

    async count(lane, atMost) {
      let counted = 0;
      let cursor: string | null = null;
      do {
        if (atMost - counted < 1) break;
        const page: { data: unknown; cursor: string | null } = await entries.query
          .primary({ lane })
          .go({ consistent: true, limit: atMost - counted, cursor, data: "raw", params: { Select: "COUNT" } });
        counted += (page.data as { Count: number }).Count;
        cursor = page.cursor;
      } while (cursor !== null);
      return counted;
    },
  };
}
