import type { JobStore } from "@sluice/core";
import { jobOperations } from "./store-jobs.ts";
import { laneOperations, queueOperations } from "./store-lanes.ts";
import { pathOperations, submissionOperations } from "./store-submissions.ts";

/** The table in memory. Every operation is atomic, and what goes in or comes out is a copy. */
export class MemoryStore implements JobStore {
  readonly #lanes = laneOperations();
  readonly #queue = queueOperations();
  readonly #jobs = jobOperations();
  readonly #submissions = submissionOperations();
  readonly #paths = pathOperations();

  readonly lane = this.#lanes.lane;
  readonly lanes = this.#lanes.lanes;
  readonly setLimit = this.#lanes.setLimit;
  readonly claimSlot = this.#lanes.claimSlot;
  readonly finishClaiming = this.#lanes.finishClaiming;
  readonly releaseSlot = this.#lanes.releaseSlot;
  readonly blockLane = this.#lanes.blockLane;
  readonly liftBlock = this.#lanes.liftBlock;
  readonly winListing = this.#lanes.winListing;
  readonly noteMissed = this.#lanes.noteMissed;

  readonly enqueue = this.#queue.enqueue;
  readonly queueHead = this.#queue.queueHead;
  readonly dropEntry = this.#queue.dropEntry;
  readonly queueLength = this.#queue.queueLength;

  readonly putJob = this.#jobs.putJob;
  readonly job = this.#jobs.job;
  readonly jobsOf = this.#jobs.jobsOf;
  readonly takeClaim = this.#jobs.takeClaim;
  readonly yieldClaim = this.#jobs.yieldClaim;
  readonly moveJob = this.#jobs.moveJob;
  readonly recordOutcome = this.#jobs.recordOutcome;
  readonly settleJob = this.#jobs.settleJob;
  readonly uncollected = this.#jobs.uncollected;

  readonly putSubmission = this.#submissions.putSubmission;
  readonly submission = this.#submissions.submission;
  readonly submissions = this.#submissions.submissions;
  readonly unsettledSubmissions = this.#submissions.unsettledSubmissions;
  readonly commitPlan = this.#submissions.commitPlan;
  readonly openSubmission = this.#submissions.openSubmission;
  readonly refuseSubmission = this.#submissions.refuseSubmission;
  readonly settlePart = this.#submissions.settlePart;
  readonly finishSubmission = this.#submissions.finishSubmission;

  readonly claimPath = this.#paths.claimPath;
  readonly bookmark = this.#paths.bookmark;
  readonly setBookmark = this.#paths.setBookmark;
}
