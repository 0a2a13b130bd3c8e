import type { ObjectHead, ObjectStore, Settings, Store } from "@sluice/core";

/** A bucket into which files can be dropped. */
export interface DropSite {
  /** What it is called where words are needed. */
  readonly name: string;
  readonly settings: Settings;
  readonly objects: ObjectStore;
  /** Copies a file into the bucket, whole and with its metadata at once. */
  put(key: string, path: string, metadata: Readonly<Record<string, string>>): Promise<ObjectHead>;
  /** Where a person finds what has this key, or begins with it. */
  placeOf(key: string): string;
  close(): Promise<void>;
}

/** One deployed Sluice, here or elsewhere: what the commands need of it. */
export interface Site extends DropSite {
  /** Part of the names of its jobs in Bedrock. */
  readonly stage: string;
  readonly store: Store;
  /** Whether somebody works on its queue now. */
  readonly isRunning: boolean;
  /** How often its table may be asked by somebody who waits, in milliseconds. */
  readonly pollMs: number;
  /** Throws a Failure if nobody works on its queue any more. */
  checkRunning(): Promise<void>;
}
