import { DROPS_PREFIX, jobIdOf, jobNameOf, submissionIdOf } from "@sluice/core";
import { LOCAL_STAGE, type LocalWorld } from "@sluice/local";
import { type DemoFile, REFUSED_IDS } from "./files.ts";

/** Bedrock's words for the demo's failure: the most common one of all. */
const FAILURE = "Access denied to the output location. Give the service role s3:PutObject on the bucket.";

/** A file in the bucket. */
export interface DroppedFile {
  file: DemoFile;
  key: string;
  submissionId: string;
}

/** Drops every file, and sets up what is to go wrong with it. */
export async function dropAll(
  local: LocalWorld,
  files: readonly DemoFile[],
  lostEnds: Set<string>,
): Promise<DroppedFile[]> {
  const dropped: DroppedFile[] = [];
  local.faults.set({
    recordErrors: [
      { recordId: REFUSED_IDS.source, errorCode: 400, errorMessage: "The request was blocked by content filtering." },
    ],
  });
  for (const file of files) {
    const key = `${DROPS_PREFIX}${file.path}`;
    const head = await local.objects.put(key, file.bytes);
    const submissionId = submissionIdOf(local.objects.bucket, head);
    const jobName = jobNameOf(LOCAL_STAGE, jobIdOf(submissionId, head.lastModified, 0));
    if (file.accident === "eventIsLost") lostEnds.add(jobName);
    if (file.accident === "jobFails")
      local.faults.set({ endings: [{ jobName: `^${jobName}$`, status: "Failed", message: FAILURE }] });
    dropped.push({ file, key, submissionId });
  }
  return dropped;
}
