import { fixedLimit, laneOfModel, modelName, type Settings } from "@sluice/core";
import type { FolderObjects } from "@sluice/emulator";
import { type BatchServer, type BatchServerOptions, folderFiles, startBatchServer } from "@sluice/emulator";

/** The jobs at once of a model that is in no lane (AWS: Quotas for Amazon Bedrock, 2025). */
const OTHER_SLOTS = 20;

/** Starts the batch server on a bucket, with the quotas and limits that the settings say the account has. */
export async function openBedrock(
  objects: FolderObjects,
  settings: Settings,
  options: Omit<BatchServerOptions, "files">,
): Promise<BatchServer> {
  const lanes = Object.values(settings.lanes);
  return startBatchServer({
    files: folderFiles((bucket) => (bucket === objects.bucket ? objects.directory : undefined)),
    slots: (modelId) => {
      const lane = laneOfModel(settings, modelId);
      const limit = lane === undefined ? undefined : fixedLimit(settings, lane);
      return { scope: lane ?? modelName(modelId), limit: limit ?? OTHER_SLOTS };
    },
    limits: {
      minRecords: Math.min(...lanes.map(({ minRecords }) => minRecords)),
      maxRecords: Math.max(...lanes.map(({ maxRecords }) => maxRecords)),
    },
    ...options,
  });
}
