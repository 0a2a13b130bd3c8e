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
  /** Of a submission: how many records it has, and how many of them have a result or an error. */
  records?: number;
  results?: number;
  errors?: number;
  /** Where a submission's results lie in the bucket. */
  prefix?: string;
}
export type Log = (entry: LogEntry) => void;
