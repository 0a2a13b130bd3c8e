/** One thing that happened. Never anything of what is inside a record. */
export interface LogEntry {
  level: "info" | "warn" | "error";
  /** A fixed name in lower camel case, such as `jobSubmitted`. */
  event: string;
  lane?: string;
  jobId?: string;
  submissionId?: string;
  key?: string;
  status?: string;
  /** In words: what happened and what to do. */
  message?: string;
  count?: number;
}
export type Log = (entry: LogEntry) => void;
