import { MAX_LINE_BYTES } from "../model/line-size.ts";
import { MAX_INPUT_BYTES } from "./plain.ts";

/** The most jobs that one submission makes: its set of open jobs has to fit into one item of the table. */
const MAX_JOBS = 2_000;

/** What one submission may be. */
export interface PlanLimits {
  maxInputBytes: number;
  /** The model's own limit counts where it is smaller. */
  maxLineBytes: number;
  maxJobs: number;
}

export const defaultPlanLimits: PlanLimits = {
  maxInputBytes: MAX_INPUT_BYTES,
  maxLineBytes: MAX_LINE_BYTES,
  maxJobs: MAX_JOBS,
};
