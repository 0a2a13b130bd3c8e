import { Entity } from "electrodb";
import { type Place, primaryKey, SERVICE } from "./entity.ts";

/**
 * Whose results lie at the plain path of a user's key. The key is hashed: it may have 1,024 bytes of any letters, and
 * a sort key ends at 1,024 bytes with its label.
 */
export function pathEntity(place: Place) {
  return new Entity(
    {
      model: { entity: "path", version: "1", service: SERVICE },
      attributes: {
        keyHash: { type: "string", required: true },
        submissionId: { type: "string", required: true },
      },
      indexes: { primary: primaryKey(["keyHash"], []) },
    },
    place,
  );
}
export type PathEntity = ReturnType<typeof pathEntity>;
