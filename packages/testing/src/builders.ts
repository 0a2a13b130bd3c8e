import {
  defaultTimings,
  derivedUlid,
  type Lane,
  type Lanes,
  longestBlocks,
  type PendingJob,
  parseSettings,
  type Settings,
  type SubmissionFacts,
  type settingsSchema,
} from "@sluice/core";

/** When every story in the tests begins: 2026-01-01T00:00:00Z, in epoch milliseconds. */
export const START = Date.UTC(2026, 0, 1);

/** How long blocks last at most. */
export const LONGEST = longestBlocks(defaultTimings);

/** Later than every lease of a test. */
export const LATEST = START + 365 * 24 * 3_600_000;

/** A ULID that is the same in every run; `n` tells one from another and sorts them. */
export function anId(n = 0): string {
  return derivedUlid(START + n, "test", n);
}

/** A job that waits for its slot; `n` gives it an id and a place in the queue of its own. */
export function aJob(given: Partial<PendingJob> = {}, n = 0): PendingJob {
  const jobId = given.jobId ?? anId(n);
  return {
    jobId,
    submissionId: anId(1_000_000),
    slice: n,
    lane: "claude",
    modelId: "anthropic.claude-3-haiku-20240307-v1:0",
    invocation: "InvokeModel",
    inputKey: `staging/${jobId}/input.jsonl`,
    inputBytes: 20_000,
    recordCount: 100,
    outputPrefix: `staging/${jobId}/out/`,
    rank: START + n,
    enqueuedAt: START + n,
    status: "Pending",
    ...given,
  };
}

/** What a user dropped; `n` gives it an id and a key of its own. */
export function aSubmission(given: Partial<SubmissionFacts> = {}, n = 0): SubmissionFacts {
  return {
    submissionId: anId(1_000_000 + n),
    bucket: "sluice-test",
    key: `to-process/file-${n}.jsonl`,
    etag: `"etag-${n}"`,
    lastModified: START + n,
    sizeBytes: 20_000,
    seenAt: START + n + 500,
    lane: "claude",
    modelId: "anthropic.claude-3-haiku-20240307-v1:0",
    invocation: "InvokeModel",
    priority: 0,
    ...given,
  };
}

/** A lane as it is when it is new. */
export function aLane(given: Partial<Lane> = {}): Lane {
  const empty = { holders: new Set<string>(), claiming: new Set<string>() };
  const never = { failuresInRow: 0, listedAt: 0, missedAt: 0, settingsVersion: 0 };
  return { lane: "claude", limit: 3, ...empty, modelBlocks: new Map(), ...never, ...given };
}

/** A lane among others, with this limit and these jobs in its slots. */
export async function aLaneIn(lanes: Lanes, given: { lane?: string; limit?: number; holders?: readonly string[] }) {
  const { lane = "claude", limit = 3, holders = [] } = given;
  const made = await lanes.setLimit(lane, Math.max(limit, holders.length));
  for (const jobId of holders)
    if (!(await lanes.claimSlot(lane, jobId, START, LONGEST)))
      throw new Error(`Lane ${lane} gave ${jobId} no slot: use a new one.`);
  return holders.length > limit ? lanes.setLimit(lane, limit) : ((await lanes.get(lane)) ?? made);
}

/** Settings with two lanes of three slots, a route for each, and small jobs. */
export function settings(given: Partial<Parameters<typeof settingsSchema.parse>[0] & object> = {}): Settings {
  return parseSettings(
    {
      lanes: {
        claude: { models: ["anthropic.claude-3-haiku-20240307-v1:0"], limit: 3 },
        nova: { models: ["amazon.nova-lite-v1:0"], limit: 3 },
      },
      routes: { nova: { model: "amazon.nova-lite-v1:0" } },
      default: { model: "anthropic.claude-3-haiku-20240307-v1:0" },
      ...given,
    },
    "the test",
  );
}
