import { setTimeout as pause } from "node:timers/promises";
import { openRecords, type Problem, type Submission } from "@sluice/core";
import { filesOf } from "../look/submission.ts";
import { type ListedSubmission, listed } from "../look/submissions.ts";
import type { Output } from "../output.ts";
import type { Site } from "../reach/sluice.ts";
import { progressOf } from "../view/progress.ts";
import type { DroppedFile } from "./dropped-file.ts";

/** How long a dropped file may stay unnoticed before its dev is looked for. */
const LOOK_EVERY_POLLS = 25;

/** A submission at its end. */
export type EndedSubmission = ListedSubmission & {
  file: string;
  problem?: Problem;
  files?: { results: string; errors: string; summary: string };
};

/** Waits until every submission has ended, and shows how far they are. */
export async function ended(site: Site, submitted: readonly DroppedFile[], output: Output): Promise<EndedSubmission[]> {
  const progress = progressOf(output);
  try {
    for (let poll = 1; ; poll++) {
      const found = await Promise.all(submitted.map(({ id }) => site.store.submissions.get(id)));
      const known = found.filter((submission) => submission !== undefined);
      progress.show({
        files: submitted.length,
        endedFiles: known.filter(hasEnded).length,
        records: sum(known.map(({ counts }) => counts.records)),
        settledRecords: sum(known.map(({ counts }) => counts.records - openRecords(counts))),
      });
      if (known.length === submitted.length && known.every(hasEnded)) return await ends(site, submitted, known);
      if (poll % LOOK_EVERY_POLLS === 0) await site.checkRunning();
      await pause(site.pollMs);
    }
  } finally {
    progress.end();
  }
}

function hasEnded({ status }: Submission): boolean {
  return status !== "Planning" && status !== "Open";
}

async function ends(
  site: Site,
  submitted: readonly DroppedFile[],
  found: readonly Submission[],
): Promise<EndedSubmission[]> {
  const byId = new Map(found.map((submission) => [submission.submissionId, submission]));
  const all: EndedSubmission[] = [];
  for (const { id, file } of submitted) {
    const submission = byId.get(id);
    if (submission === undefined) continue;
    const files = await filesOf(site, submission);
    const { problem } = submission;
    all.push({
      file,
      ...listed(submission),
      ...(problem !== undefined && { problem }),
      ...(files !== undefined && { files }),
    });
  }
  return all;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
