import type { DropScript } from "./script.ts";

/** What somebody else puts into `processed/`. */
export const STRANGERS_WORDS = "This is mine.\n";

/** A file that was dropped, and what was in it. */
export interface Dropped {
  script: DropScript;
  submissionId: string;
  key: string;
  jobIds: string[];
  text: string;
  /** The name of the drop that brought the content: its own, unless it is a copy. */
  content: string;
  /** The ids of its good records, in order. */
  recordIds: string[];
  /** The numbers of its broken lines. */
  brokenLines: number[];
  /** The objects that somebody else put where its results could go. */
  strangers: string[];
}
