import type { FaultKind } from "../script/script.ts";

/** A call to a port, as an instance makes it. */
export interface Call {
  port: "store" | "batch" | "objects" | "messages";
  /** For histories: what is called, with what. */
  words: string;
  /** How long it takes until it has its effect, in milliseconds. */
  ms: { least: number; most: number };
  /** How long its answer takes at most, in milliseconds; where it is 0 nothing can happen in between. */
  answerMs: number;
  /** What it does, atomically; the fault is one that happens within. */
  effect(fault: FaultKind | undefined): Promise<unknown>;
  /** For histories: its answer. */
  brief(answer: unknown): string;
  /** A read of an object, which may end in the middle. */
  canBreakOff?: boolean;
  /** True if the instance sleeps for minutes before it calls. */
  sleeps?: boolean;
  /** True if nobody lives to hear this answer. */
  isDeadly?(answer: unknown): boolean;
  /** For calls that never throw: what they answer where others would. */
  answerOf?(what: "unknown" | "throttled" | "spuriousQuota" | "odd"): unknown;
}
