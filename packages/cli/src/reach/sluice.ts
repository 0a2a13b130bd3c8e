import type { BedrockJob, ObjectHead, ObjectStore, Settings, Store } from "@sluice/core";

/** A bucket into which files can be dropped. */
export interface DropSite {
  /** What it is called where words are needed. */
  readonly name: string;
  /** A command on it that whoever reads it can run as it stands. */
  command(args: string): string;
  readonly settings: Settings;
  readonly objects: ObjectStore;
  /** Copies a file into the bucket, whole and with its metadata at once. */
  put(key: string, path: string, metadata: Readonly<Record<string, string>>): Promise<ObjectHead>;
  /** Whether an object and a file of the same size are the same; false where the bucket cannot tell. */
  hasContent(head: ObjectHead, path: string): Promise<boolean>;
  /** Where a person finds what has this key, or begins with it. */
  placeOf(key: string): string;
  close(): Promise<void>;
}

/** One deployed Sluice, here or elsewhere: what the commands need of it. */
export interface Site extends DropSite {
  /** Part of the names of its jobs in Bedrock. */
  readonly stage: string;
  readonly store: Store;
  /** What Bedrock has of a job now; undefined if it does not have it, or cannot be asked. */
  bedrockJob(arn: string): Promise<BedrockJob | undefined>;
  /** Whether somebody works on its queue now. */
  readonly isRunning: boolean;
  /** How often its table may be asked by somebody who waits, in milliseconds. */
  readonly pollMs: number;
  /** Throws a Failure if nobody works on its queue any more. */
  checkRunning(): Promise<void>;
  /** What is wrong with whoever responds to records now, in words; undefined if nothing is known to be. */
  trouble(): Promise<string | undefined>;
}

/** Whether somebody can be asked about its queue: a directory on which nothing runs only takes drops. */
export function isSite(site: Site | DropSite): site is Site {
  return "store" in site;
}
