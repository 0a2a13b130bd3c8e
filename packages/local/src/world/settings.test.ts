import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogEntry } from "@sluice/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { settingsPath, writeSettings } from "../directory/settings-file.ts";
import { type LocalWorld, startLocalWorld } from "./start.ts";
import { fileOf, linesFor, resultLines, testSettings } from "./test-drops.ts";

const SPEED = 4_000;
const MAX_TEST_MS = 30_000;
const SEEN = { timeout: 10_000, interval: 20 };

describe("The settings of a running world", { timeout: MAX_TEST_MS }, () => {
  let dir: string;
  let local: LocalWorld;
  const log: LogEntry[] = [];
  const told = (event: string) => log.filter((entry) => entry.event === event).map(({ message }) => message);
  const limitOf = (lane: string) => async () => (await local.world.store.lanes.get(lane))?.limit;

  beforeEach(async () => {
    log.length = 0;
    dir = await mkdtemp(join(tmpdir(), "sluice-settings-"));
    await writeSettings(dir, testSettings);
    local = await startLocalWorld({ dir, speed: SPEED, restMs: 50, onLog: (entry) => log.push(entry) });
  });
  afterEach(async () => {
    await local.close();
    await rm(dir, { recursive: true, force: true });
  });

  it("are those of the file after an edit, which is told in words; lanes, routes and other processes have them", async () => {
    const { claude, nova } = testSettings.lanes;
    await writeSettings(dir, {
      ...testSettings,
      lanes: { claude: { ...claude, limit: 1 }, nova: { ...nova, minRecords: 2 } },
      routes: { ...testSettings.routes, night: testSettings.default },
    });
    await vi.waitFor(() => expect(told("settingsChanged")).toHaveLength(1), SEEN);
    expect(told("settingsChanged")).toEqual([
      "lane claude: limit 3 → 1; lane nova: minRecords 5 → 2; route night is new.",
    ]);
    await vi.waitFor(async () => expect(await limitOf("claude")()).toBe(1), SEEN);
    expect(JSON.parse(await readFile(join(dir, "dev.json"), "utf8")).settings.lanes.claude.limit).toBe(1);
    // Fewer records than the lane took before, for our own check and for the batch server's.
    const key = "to-process/nova/few.jsonl";
    await local.objects.put(key, fileOf(linesFor("few", 3, "amazon.nova-lite-v1:0")));
    await local.idle(AbortSignal.timeout(MAX_TEST_MS));
    expect(await resultLines(local.objects, "processed/nova/few.jsonl/results.jsonl")).toHaveLength(3);
  });

  it("stay as they were where an edit is not usable, with what is wrong with it, until it is mended", async () => {
    await writeFile(settingsPath(dir), JSON.stringify({ ...testSettings, default: { model: "amazon.gone-v1:0" } }));
    await vi.waitFor(() => expect(told("settingsNotTaken")).toHaveLength(1), SEEN);
    expect(told("settingsNotTaken")[0]).toMatch(
      /default\.model: amazon.gone-v1:0 is in no lane[\s\S]*before that edit stay in use/,
    );
    expect(local.world.settings.default.model).toBe(testSettings.default.model);
    await writeFile(settingsPath(dir), "{");
    await vi.waitFor(() => expect(told("settingsNotTaken")).toHaveLength(2), SEEN);
    await rm(settingsPath(dir));
    await vi.waitFor(() => expect(told("settingsNotTaken")).toHaveLength(3), SEEN);
    await writeSettings(dir, { ...testSettings, routes: {} });
    await vi.waitFor(() => expect(told("settingsChanged")).toEqual(["route nova is gone."]), SEEN);
  });
});
