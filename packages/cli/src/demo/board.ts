import { hasEnded, type JobStatus, jobStatuses, type LogEntry } from "@sluice/core";
import { colors } from "../output.ts";
import { SLOTS } from "./settings.ts";

const BAR_CHARS = 40;
const LANE_CHARS = 8;

/** One lane as far as the log has told of it. */
interface LaneState {
  queued: number;
  submitted: number;
  ended: Set<string>;
  running: Map<string, JobStatus>;
}

/** What has happened so far, made up from the log alone. */
export class Board {
  readonly #lanes = new Map<string, LaneState>();
  readonly #totals: { files: number; records: number };
  /** Settled records by submission and job, for what is done again is told of again. */
  readonly #settled = new Map<string, Map<string, number>>();
  readonly #doneFiles = new Set<string>();
  #news = "";

  constructor(totals: { files: number; records: number }) {
    this.#totals = totals;
  }

  /** Takes in one log entry. */
  see(entry: LogEntry): void {
    const { event, lane, jobId, submissionId, status, count = 0 } = entry;
    if (submissionId !== undefined) this.#count(event, submissionId, jobId, count);
    const news = newsOf(entry);
    if (news !== undefined) this.#news = news;
    if (lane === undefined) return;
    const state = this.#lane(lane);
    if (event === "planned") state.queued += count;
    if (jobId === undefined) return;
    if (event === "jobSubmitted") {
      state.submitted++;
      if (!state.running.has(jobId) && !state.ended.has(jobId)) state.running.set(jobId, "Submitted");
    }
    const known = jobStatuses.find((word) => word === status);
    if (event === "jobStatusChanged" && known !== undefined) {
      if (hasEnded(known)) {
        state.running.delete(jobId);
        state.ended.add(jobId);
      } else if (!state.ended.has(jobId)) state.running.set(jobId, known);
    }
  }

  /** The board as lines, for a terminal. */
  draw(elapsedMs: number): string {
    const lanes = [...this.#lanes].sort(([a], [b]) => (a < b ? -1 : 1));
    const { files, records } = this.#totals;
    const settled = [...this.#settled.values()]
      .flatMap((jobs) => [...jobs.values()])
      .reduce((total, count) => total + count, 0);
    const share = Math.min(1, settled / records);
    const full = Math.round(share * BAR_CHARS);
    const ended = lanes.reduce((total, [, state]) => total + state.ended.size, 0);
    const queued = lanes.reduce((total, [, state]) => total + state.queued, 0);
    return [
      `${colors.bold("sluice demo")}  ${colors.dim(`${(elapsedMs / 1_000).toFixed(1)} s`)}`,
      ...lanes.map(([name, state]) => laneLine(name, state)),
      `${"records".padEnd(LANE_CHARS)} ${colors.green("█".repeat(full))}${colors.dim("░".repeat(BAR_CHARS - full))} ${settled} of ${records}`,
      `${"jobs".padEnd(LANE_CHARS)} ${ended} of ${queued} ended, ${this.#doneFiles.size} of ${files} files done`,
      colors.dim(this.#news),
    ].join("\n");
  }

  #count(event: string, submissionId: string, jobId: string | undefined, count: number): void {
    if (event === "jobSettled" && jobId !== undefined && !this.#doneFiles.has(submissionId)) {
      const jobs = this.#settled.get(submissionId) ?? new Map<string, number>();
      this.#settled.set(submissionId, jobs.set(jobId, count));
    }
    if (event !== "submissionDone") return;
    this.#doneFiles.add(submissionId);
    // All of its records, with those that the plan found broken and no job carried.
    this.#settled.set(submissionId, new Map([["", count]]));
  }

  #lane(name: string): LaneState {
    const found = this.#lanes.get(name);
    if (found !== undefined) return found;
    const state: LaneState = { queued: 0, submitted: 0, ended: new Set(), running: new Map() };
    this.#lanes.set(name, state);
    return state;
  }
}

function laneLine(name: string, { queued, submitted, running }: LaneState): string {
  const statuses = [...running.values()];
  const slots = Array.from({ length: SLOTS }, (_, slot) => (statuses[slot] ?? "free").padEnd(11));
  const drawn = slots.map((slot) =>
    slot.startsWith("free") ? colors.dim(`□ ${slot}`) : `${colors.green("■")} ${slot}`,
  );
  return `${name.padEnd(LANE_CHARS)} ${drawn.join(" ")} ${Math.max(0, queued - submitted)} waiting`;
}

/** One thing that happened, in words; undefined for what is no news. */
export function newsOf({ event, level, key, lane, jobId, status, count, message }: LogEntry): string | undefined {
  const job = jobId === undefined ? "a job" : `job …${jobId.slice(-6)}`;
  switch (event) {
    case "planned":
      return `${key} is planned: ${count} ${count === 1 ? "job" : "jobs"} for ${lane}`;
    case "jobSubmitted":
      return `${lane}: ${job} has a slot`;
    case "slotReleased":
      return `${lane}: ${job} ended ${status}, its slot is free`;
    case "lostEventRepaired":
      return `${lane}: the listing found ${job} ${status} before any event told of it`;
    case "submissionDone":
      return `${key} is done: ${count} records`;
    default:
      return level === "info" ? undefined : `${event} ${key ?? ""} ${message ?? ""}`.trim();
  }
}
