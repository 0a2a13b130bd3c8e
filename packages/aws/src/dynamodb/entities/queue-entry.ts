import { Entity } from "electrodb";
import { type Place, primaryKey, SERVICE } from "./entity.ts";

/** An entry of a lane's queue, in the table itself so that a consistent query sees every one. */
export function queueEntryEntity(place: Place) {
  return new Entity(
    {
      model: { entity: "queueEntry", version: "1", service: SERVICE },
      attributes: {
        lane: { type: "string", required: true },
        /** The rank as text that sorts as the number does; see `placeOf`. */
        place: { type: "string", required: true },
        rank: { type: "number", required: true },
        jobId: { type: "string", required: true },
        modelId: { type: "string" },
      },
      indexes: { primary: primaryKey(["lane"], ["place", "jobId"]) },
    },
    place,
  );
}
export type QueueEntryEntity = ReturnType<typeof queueEntryEntity>;
