import { jobStatuses } from "@sluice/core";
import { Entity } from "electrodb";
import { tableIndexes, ttlAttribute } from "../table.ts";
import { type Place, primaryKey, SERVICE } from "./entity.ts";

// A `field` is the name under which an attribute has been stored since the first version: stages keep their tables.
const facts = {
  jobId: { type: "string", required: true },
  submissionId: { type: "string", required: true },
  slice: { type: "number", required: true, field: "part" },
  lane: { type: "string", required: true },
  modelId: { type: "string", required: true },
  invocation: { type: ["InvokeModel", "Converse"] as const, required: true },
  timeoutHours: { type: "number" },
  inputKey: { type: "string", required: true },
  inputEtag: { type: "string" },
  inputBytes: { type: "number", required: true },
  recordCount: { type: "number", required: true },
  fillers: { type: "number" },
  outputPrefix: { type: "string", required: true },
  rank: { type: "number", required: true },
  enqueuedAt: { type: "number", required: true },
} as const;

/** Only there while the job is Claimed. */
const claim = {
  owner: { type: "string" },
  leaseUntil: { type: "number" },
  calls: { type: "number" },
  claimedAt: { type: "number" },
  doubtSince: { type: "number" },
  absentSince: { type: "number" },
  oddAnswers: { type: "number" },
} as const;

/** Only there once the job has ended. */
const end = {
  endedAt: { type: "number" },
  message: { type: "string" },
  done: { type: "boolean", field: "settled" },
  outcome: {
    type: "map",
    properties: {
      results: { type: "number", required: true },
      errors: { type: "number", required: true },
      totalRecords: { type: "number" },
      processedRecords: { type: "number" },
      inputTokens: { type: "number" },
      outputTokens: { type: "number" },
      submittedAt: { type: "number" },
      endedAt: { type: "number" },
      strayAnswers: { type: "number" },
      unreadableAnswers: { type: "number" },
      fillerInputTokens: { type: "number" },
      fillerOutputTokens: { type: "number" },
      incomplete: { type: "string" },
    },
  },
} as const;

/** A job, whatever its status; `jobOfRow` reads a row as the union that it is. */
export function jobEntity(place: Place) {
  const { gsi1, gsi2 } = tableIndexes;
  return new Entity(
    {
      model: { entity: "job", version: "1", service: SERVICE },
      attributes: {
        ...facts,
        status: { type: jobStatuses, required: true },
        /** `rankOf(status)`, so that "further on than" is one condition. */
        statusRank: { type: "number", required: true },
        ...claim,
        arn: { type: "string" },
        ...end,
        /** True while the job has ended and is not done with: then, and only then, it is in the sparse index. */
        uncollected: { type: "boolean", required: true },
        [ttlAttribute]: { type: "number" },
      },
      indexes: {
        primary: primaryKey(["jobId"], []),
        ofSubmission: {
          index: "gsi1",
          projection: "keys_only",
          pk: { field: gsi1.hash, composite: ["submissionId"], casing: "none" },
          sk: { field: gsi1.range, composite: ["jobId"], casing: "none" },
        },
        waiting: {
          index: "gsi2",
          projection: "keys_only",
          pk: { field: gsi2.hash, composite: ["uncollected"], casing: "none" },
          sk: { field: gsi2.range, composite: ["jobId"], casing: "none" },
          condition: (job: { uncollected?: boolean }) => job.uncollected === true,
        },
      },
    },
    place,
  );
}
export type JobEntity = ReturnType<typeof jobEntity>;
