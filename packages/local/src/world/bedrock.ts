import { fixedLimit, laneOfModel, modelName, type Settings } from "@sluice/core";
import type { FolderObjects } from "@sluice/emulator";
import { type BatchServer, type BatchServerOptions, folderFiles, startBatchServer } from "@sluice/emulator";

/** The jobs at once of a model that is in no lane (AWS: Quotas for Amazon Bedrock, 2025). */
const OTHER_SLOTS = 20;

/** Starts the batch server on a bucket, with the quotas and limits that the settings of the moment say. */
export async function openBedrock(
  objects: FolderObjects,
  settingsNow: () => Settings,
  options: Omit<BatchServerOptions, "files">,
): Promise<BatchServer> {
  return startBatchServer({
    files: folderFiles((bucket) => (bucket === objects.bucket ? objects.directory : undefined)),
    slots: (modelId) => {
      const settings = settingsNow();
      const lane = laneOfModel(settings, modelId);
      const limit = lane === undefined ? undefined : fixedLimit(settings, lane);
      return { scope: lane ?? modelName(modelId), limit: limit ?? OTHER_SLOTS };
    },
    limits: () => {
      const lanes = Object.values(settingsNow().lanes);
      return {
        minRecords: Math.min(...lanes.map(({ minRecords }) => minRecords)),
        maxRecords: Math.max(...lanes.map(({ maxRecords }) => maxRecords)),
      };
    },
    ...options,
  });
}
