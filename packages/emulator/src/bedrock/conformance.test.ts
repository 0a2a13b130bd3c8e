import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { BedrockBatch, bedrockClient } from "@sluice/aws";
import { batchConformance } from "@sluice/testing/conformance";
import { builtInResponder } from "../responder/index.ts";
import { folderFiles, type ServerClock, startBatchServer } from "./index.ts";

const BUCKET = "bucket";
const MODEL = "anthropic.claude-3-haiku-20240307-v1:0";

batchConformance("BedrockBatch over the local batch server", async ({ slots, listPageJobs }) => {
  const home = await mkdtemp(join(tmpdir(), "sluice-batch-"));
  let nowMs = Date.UTC(2026, 10, 22);
  // No timer ever fires: a job stays in the status in which it was submitted.
  const clock: ServerClock = { nowMs: () => nowMs, setTimer: () => () => {} };
  const server = await startBatchServer({
    dir: join(home, "state"),
    files: folderFiles((name) => (name === BUCKET ? join(home, BUCKET) : undefined)),
    responder: builtInResponder(),
    slots,
    clock,
  });
  const client = bedrockClient({
    endpoint: server.url,
    region: "us-east-1",
    credentials: server.credentials,
  });
  return {
    service: new BedrockBatch({
      client,
      bucket: BUCKET,
      roleArn: "arn:aws:iam::123456789012:role/batch",
      tags: { stage: "test" },
      listPageJobs,
    }),
    modelId: MODEL,
    prepare: async (inputKey) => {
      const path = join(home, BUCKET, inputKey);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, '{"modelInput":{}}\n');
    },
    later: async (durationMs) => {
      nowMs += durationMs;
    },
    close: async () => {
      client.destroy();
      await server.close();
      await rm(home, { recursive: true, force: true });
    },
  };
});
