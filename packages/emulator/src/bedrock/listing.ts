import { Violations } from "./constraints.ts";
import { BedrockError } from "./errors.ts";
import { type BatchJob, ENDED_STATUSES, OPEN_STATUSES } from "./job.ts";
import { JOB_NAME } from "./request.ts";

/** The model's bound for a page. */
const MAX_PAGE_JOBS = 1_000;
/** What a page holds when the request does not say; AWS does not publish it. */
const DEFAULT_PAGE_JOBS = 100;
const MAX_TOKEN_LETTERS = 2_048;

interface Position {
  readonly submitTimeMs: number;
  readonly sequence: number;
}

/** A checked ListModelInvocationJobs request. */
export interface ListQuery {
  readonly submittedAfterMs?: number;
  readonly submittedBeforeMs?: number;
  readonly status?: string;
  readonly nameContains?: string;
  readonly maxResults: number;
  readonly ascending: boolean;
  readonly after?: Position;
}

export interface JobPage {
  readonly jobs: readonly BatchJob[];
  readonly nextToken?: string;
}

function timeMs(value: string | undefined, at: string): number | undefined {
  if (value === undefined) return undefined;
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw new BedrockError("ValidationException", `${at} is not an ISO 8601 time: '${value}'.`);
  return time;
}

function positionIn(token: string): Position {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (Array.isArray(parsed) && typeof parsed[0] === "number" && typeof parsed[1] === "number") {
      return { submitTimeMs: parsed[0], sequence: parsed[1] };
    }
  } catch {
    // Whatever it was, it was not one of ours.
  }
  throw new BedrockError("ValidationException", "The provided pagination token is not valid. Begin the listing again.");
}

function tokenOf({ submitTimeMs, sequence }: Position): string {
  return Buffer.from(JSON.stringify([submitTimeMs, sequence])).toString("base64url");
}

/** Checks the query of a listing. @throws BedrockError (ValidationException). */
export function listQuery(query: Readonly<Record<string, string>>): ListQuery {
  const violations = new Violations();
  const status = violations.text(query["statusEquals"], "statusEquals", {
    values: [...OPEN_STATUSES, ...ENDED_STATUSES],
  });
  const nameContains = violations.text(query["nameContains"], "nameContains", JOB_NAME);
  const asked = query["maxResults"];
  const maxResults = violations.integer(
    asked === undefined ? undefined : Number(asked),
    "maxResults",
    1,
    MAX_PAGE_JOBS,
  );
  violations.text(query["sortBy"], "sortBy", { values: ["CreationTime"] });
  const order = violations.text(query["sortOrder"], "sortOrder", { values: ["Ascending", "Descending"] });
  const token = violations.text(query["nextToken"], "nextToken", { min: 1, max: MAX_TOKEN_LETTERS, pattern: /^\S*$/ });
  violations.throwIfAny();
  const submittedAfterMs = timeMs(query["submitTimeAfter"], "submitTimeAfter");
  const submittedBeforeMs = timeMs(query["submitTimeBefore"], "submitTimeBefore");
  return {
    ...(submittedAfterMs === undefined ? {} : { submittedAfterMs }),
    ...(submittedBeforeMs === undefined ? {} : { submittedBeforeMs }),
    ...(status === undefined ? {} : { status }),
    ...(nameContains === undefined ? {} : { nameContains }),
    maxResults: maxResults ?? DEFAULT_PAGE_JOBS,
    // Newest first, as the console lists; the model names no default.
    ascending: order === "Ascending",
    ...(token === undefined ? {} : { after: positionIn(token) }),
  };
}

function byCreation(a: Position, b: Position): number {
  return a.submitTimeMs - b.submitTimeMs || a.sequence - b.sequence;
}

/** One page of the jobs that a query asks for. The token names a place, so that new jobs do not shift the pages. */
export function listed(jobs: readonly BatchJob[], query: ListQuery): JobPage {
  const { submittedAfterMs, submittedBeforeMs, status, nameContains, maxResults, ascending, after } = query;
  const direction = ascending ? 1 : -1;
  const found = jobs
    .filter(
      (job) =>
        (submittedAfterMs === undefined || job.submitTimeMs > submittedAfterMs) &&
        (submittedBeforeMs === undefined || job.submitTimeMs < submittedBeforeMs) &&
        (status === undefined || job.status === status) &&
        (nameContains === undefined || job.request.jobName.includes(nameContains)) &&
        (after === undefined || direction * byCreation(job, after) > 0),
    )
    .sort((a, b) => direction * byCreation(a, b));
  const page = found.slice(0, maxResults);
  const last = page.at(-1);
  return found.length > page.length && last !== undefined ? { jobs: page, nextToken: tokenOf(last) } : { jobs: page };
}
