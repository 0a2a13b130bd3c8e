import { blockKinds } from "@sluice/core";
import { Entity } from "electrodb";
import { type Place, primaryKey, SERVICE } from "./entity.ts";

/**
 * A lane and its slots. All lanes share one partition, so that one consistent query reads them all; a lane changes a
 * few times a job, far below what a partition takes.
 */
export function laneEntity(place: Place) {
  return new Entity(
    {
      model: { entity: "lane", version: "1", service: SERVICE },
      attributes: {
        lane: { type: "string", required: true },
        limit: { type: "number", required: true },
        // DynamoDB has no empty sets: no holder, no attribute.
        holders: { type: "set", items: "string" },
        claiming: { type: "set", items: "string" },
        block: {
          type: "map",
          properties: {
            kind: { type: blockKinds, required: true },
            until: { type: "number", required: true },
            reason: { type: "string", required: true },
            tries: { type: "number", required: true },
          },
        },
        failuresInRow: { type: "number", required: true },
        listedAt: { type: "number", required: true },
        // Absent until an end was missed.
        missedAt: { type: "number" },
      },
      indexes: { primary: primaryKey([], ["lane"]) },
    },
    place,
  );
}
export type LaneEntity = ReturnType<typeof laneEntity>;
