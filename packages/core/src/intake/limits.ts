import { MAX_LINE_BYTES } from "../model/line-size.ts";
import { MOST_JOBS_OF_A_DROP } from "../settings/settings.ts";
import { MAX_INPUT_BYTES } from "./plain.ts";

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
  maxJobs: MOST_JOBS_OF_A_DROP,
};
