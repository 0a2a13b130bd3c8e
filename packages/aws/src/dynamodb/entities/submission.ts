import { Entity } from "electrodb";
import { tableIndexes, ttlAttribute } from "../table.ts";
import { type Place, primaryKey, SERVICE } from "./entity.ts";

const facts = {
  submissionId: { type: "string", required: true },
  bucket: { type: "string", required: true },
  key: { type: "string", required: true },
  etag: { type: "string", required: true },
  lastModified: { type: "number", required: true },
  sizeBytes: { type: "number", required: true },
  seenAt: { type: "number", required: true },
  route: { type: "string" },
  lane: { type: "string", required: true },
  modelId: { type: "string", required: true },
  invocation: { type: ["InvokeModel", "Converse"] as const, required: true },
  timeoutHours: { type: "number" },
  priority: { type: "number", required: true },
} as const;

/** A submission; `submissionOfRow` reads a row. */
export function submissionEntity(place: Place) {
  const { gsi1, gsi2 } = tableIndexes;
  return new Entity(
    {
      model: { entity: "submission", version: "1", service: SERVICE },
      attributes: {
        ...facts,
        status: { type: ["Planning", "Refused", "Open", "Done", "Stopped"] as const, required: true },
        plan: {
          type: "map",
          // As it has been stored since the first version: `submissionOfRow` reads its parts as slices.
          properties: { run: { type: "string", required: true }, parts: { type: "number", required: true } },
        },
        // DynamoDB has no empty sets: no open job, no attribute.
        openJobs: { type: "set", items: "string" },
        records: { type: "number", required: true },
        results: { type: "number", required: true },
        errors: { type: "number", required: true },
        problem: {
          type: "map",
          properties: { code: { type: "string", required: true }, message: { type: "string", required: true } },
        },
        /** Absent until it is chosen, and in items of earlier versions. */
        folder: { type: "string" },
        /**
         * True while it is in Planning or Open: then, and only then, it is in the sparse index. `field` and `label` are
         * the name under which it has been stored since the first version.
         */
        unfinished: { type: "boolean", required: true, field: "unsettled", label: "unsettled" },
        [ttlAttribute]: { type: "number" },
      },
      indexes: {
        primary: primaryKey(["submissionId"], []),
        all: {
          index: "gsi1",
          projection: "keys_only",
          pk: { field: gsi1.hash, composite: [], casing: "none" },
          sk: { field: gsi1.range, composite: ["submissionId"], casing: "none" },
        },
        waiting: {
          index: "gsi2",
          projection: "keys_only",
          pk: { field: gsi2.hash, composite: ["unfinished"], casing: "none" },
          sk: { field: gsi2.range, composite: ["submissionId"], casing: "none" },
          condition: (submission: { unfinished?: boolean }) => submission.unfinished === true,
        },
      },
    },
    place,
  );
}
export type SubmissionEntity = ReturnType<typeof submissionEntity>;
