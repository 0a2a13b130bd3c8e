/** A text in a source file, and what stands there instead. */
export interface Patch {
  /** Below `packages/`. */
  file: string;
  /** Occurs exactly once in the file: a patch that no longer fits fails, instead of testing nothing. */
  from: string;
  to: string;
}

/** The code without one of its rules. */
export interface Mutant {
  /** What is missing. */
  name: string;
  patches: readonly Patch[];
  /** Which runs can show it; both kinds where it is left out. */
  level?: "queue" | "whole";
}
