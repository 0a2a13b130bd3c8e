import { MAX_LINE_BYTES } from "../model/line-size.ts";
import { MOST_JOBS_OF_A_DROP, type Route } from "../settings/settings.ts";
import { MAX_INPUT_BYTES } from "./plain.ts";

/** What one submission may be. */
export interface PlanLimits {
  maxInputBytes: number;
  /** The model's own limit counts where it is smaller. */
  maxLineBytes: number;
  maxJobs: number;
  /** What becomes of a job below its lane's minimum of records: see `Route.small`. */
  small: Route["small"];
}

export const defaultPlanLimits: PlanLimits = {
  maxInputBytes: MAX_INPUT_BYTES,
  maxLineBytes: MAX_LINE_BYTES,
  maxJobs: MOST_JOBS_OF_A_DROP,
  small: "refuse",
};
