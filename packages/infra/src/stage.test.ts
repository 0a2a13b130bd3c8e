import { beforeAll, describe } from "vitest";
import { evaluated } from "./evaluation/run.ts";
import { Graph } from "./graph/graph.ts";
import { alarmPromises } from "./promises/alarms.ts";
import { bundlePromises } from "./promises/bundles.ts";
import { docsPromises } from "./promises/docs.ts";
import { permissionPromises } from "./promises/permissions.ts";
import { pipelinePromises } from "./promises/pipeline.ts";
import { startPromises } from "./promises/starts.ts";
import { storagePromises } from "./promises/storage.ts";

/** A fresh clone downloads SST's platform first. */
const MOST_MS = 600_000;

describe.each(["dev", "production"])("the stage %s, as sst.config.ts makes it", (stage) => {
  let graph: Graph;
  beforeAll(async () => {
    graph = new Graph(await evaluated(stage));
  }, MOST_MS);
  const evaluatedGraph = () => graph;

  describe("storage", () => storagePromises(evaluatedGraph, stage));
  describe("pipeline", () => pipelinePromises(evaluatedGraph, stage));
  describe("permissions", () => permissionPromises(evaluatedGraph));
  describe("alarms", () => alarmPromises(evaluatedGraph, stage));
  describe("bundles", () => bundlePromises(evaluatedGraph));
  describe("docs", () => docsPromises(evaluatedGraph));
  describe.runIf(stage === "dev")("starts", () => startPromises(evaluatedGraph));
});
