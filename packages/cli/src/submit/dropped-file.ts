import type { SubmissionStatus } from "@sluice/core";

/** A file that was dropped, now or, with `earlier`, before. */
export interface DroppedFile {
  file: string;
  key: string;
  id: string;
  earlier?: SubmissionStatus | "Waiting";
}
