import { Entity } from "electrodb";
import { type Place, primaryKey, SERVICE } from "./entity.ts";

/** Where a bounded pass over many things stopped. */
export function bookmarkEntity(place: Place) {
  return new Entity(
    {
      model: { entity: "bookmark", version: "1", service: SERVICE },
      attributes: {
        name: { type: "string", required: true },
        startedAt: { type: "number", required: true },
        cursor: { type: "string" },
      },
      indexes: { primary: primaryKey(["name"], []) },
    },
    place,
  );
}
export type BookmarkEntity = ReturnType<typeof bookmarkEntity>;
