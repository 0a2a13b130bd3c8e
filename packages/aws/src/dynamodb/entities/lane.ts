import { type Block, blockKinds } from "@sluice/core";
import { CustomAttributeType, Entity } from "electrodb";
import { type Place, primaryKey, SERVICE } from "./entity.ts";

/** The blocks of single models; each knows the name that its key is a hash of. */
export type StoredModelBlocks = Record<string, Block & { model: string }>;

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
        // By a hash of the model's name, which itself may have any sign in it; absent until a model was blocked.
        modelBlocks: { type: CustomAttributeType<StoredModelBlocks>("any") },
        // Absent in lanes of earlier versions, which is 0.
        settingsVersion: { type: "number" },
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
