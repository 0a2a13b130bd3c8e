import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { hasEnded, processedPrefix } from "@sluice/core";
import { sequenceFrom } from "@sluice/emulator";
import { expect, it, onTestFinished } from "vitest";
import { writeSettings } from "../directory/settings-file.ts";
import { openBucket } from "./start.ts";
import { fileOf, linesFor, mostAtOnce, NOVA, resultLines, SLOTS, serverJobs, testSettings } from "./test-drops.ts";

const KILLS = Number(process.env["SLUICE_KILLS"] ?? 10);
const SEED = Number(process.env["SLUICE_SEED"] ?? Date.now() % 1_000_000);
/** A job takes some four tenths of a second, so that a life of a second sees several. */
const SPEED = 2_000;
/** One kill in so many comes while the process is still starting. */
const KILLS_AT_START = 4;
const MAX_LIFE_MS = 1_500;
const MAX_START_MS = 1_200;
/** For the start of a process, a life, and what a slow machine adds. */
const MAX_MS_A_KILL = 10_000;
const MAX_REST_MS = 60_000;

interface Drop {
  key: string;
  recordIds: string[];
}

it(
  `${KILLS} kills at any moment lose nothing, pay for nothing twice, and never take a slot too many (SLUICE_SEED=${SEED})`,
  async () => {
    const dir = await mkdtemp(join(tmpdir(), "sluice-kill-"));
    // Finishers run in the reverse order: the children are dead by then.
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    await writeSettings(dir, testSettings);
    const objects = await openBucket(dir);
    const random = sequenceFrom(SEED);
    const drops: Drop[] = [];
    const dropOne = async () => {
      const nova = random() < 0.5;
      const stem = `file-${drops.length}`;
      const key = `to-process/${nova ? "nova/" : ""}ファイル ${stem}.jsonl`;
      const lines = linesFor(stem, 10 + Math.floor(random() * 120), nova ? NOVA : undefined);
      await objects.put(key, fileOf(lines));
      drops.push({ key, recordIds: lines.map((_, n) => `${stem}-${n}`) });
    };

    for (let kill = 0; kill < KILLS; kill++) {
      await dropOne();
      await dropOne();
      const life = startChild(dir, kill);
      if (random() * KILLS_AT_START < 1) await life.untilAny(pause(random() * MAX_START_MS));
      else {
        await life.until("started");
        await life.untilAny(pause(random() * MAX_LIFE_MS));
        await dropOne();
        await life.untilAny(pause(random() * MAX_LIFE_MS));
      }
      await life.kill();
    }
    const last = startChild(dir, KILLS);
    await last.until("started");
    last.child.stdin?.write("finish\n");
    await last.until("idle");
    await last.ended;

    const jobs = await serverJobs(dir);
    expect(jobs.filter(({ status }) => !hasEnded(status))).toEqual([]);
    for (const lane of ["claude", "nova"]) expect(mostAtOnce(jobs, lane)).toBeLessThanOrEqual(SLOTS);
    expect(new Set(jobs.map(({ request }) => request.jobName)).size).toBe(jobs.length);
    const dropped = drops.flatMap(({ recordIds }) => recordIds);
    // A record that was in two jobs would be counted twice here.
    expect(jobs.reduce((total, { counts }) => total + counts.total, 0)).toBe(dropped.length);
    for (const { key, recordIds } of drops) {
      const prefix = processedPrefix(key, true, "");
      const results = await resultLines(objects, `${prefix}results.jsonl`);
      expect({ key, results: results.map(({ recordId }) => recordId) }).toEqual({ key, results: recordIds });
      expect(await resultLines(objects, `${prefix}errors.jsonl`)).toEqual([]);
    }
    console.log(
      `${KILLS} kills, ${drops.length} files, ${dropped.length} records, ${jobs.length} jobs: all accounted for.`,
    );
  },
  KILLS * MAX_MS_A_KILL + 2 * MAX_REST_MS,
);

/** A child process with a world, of which everything it says is kept for the one who asks. */
function startChild(dir: string, seed: number) {
  const script = fileURLToPath(new URL("./killed-world.ts", import.meta.url));
  const child: ChildProcess = spawn(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), script, dir, String(SPEED), `seed ${seed}`],
    {
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const said = new Set<string>();
  let complaints = "";
  const changed = new EventTarget();
  let killed = false;
  const ended = once(child, "exit").then(([code]) => {
    changed.dispatchEvent(new Event("change"));
    if (!killed && code !== 0) throw new Error(`The world ended by itself with ${code}:\n${complaints}`);
  });
  ended.catch(() => {});
  child.stderr?.on("data", (chunk) => {
    complaints += chunk;
  });
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.add(line);
      changed.dispatchEvent(new Event("change"));
    });
  return {
    child,
    ended,
    /** Resolves when the child says so; rejects if it ends by itself, or is silent for too long. */
    until: async (line: string) => {
      const signal = AbortSignal.timeout(MAX_REST_MS);
      while (!said.has(line)) {
        if (child.exitCode !== null) await ended.then(() => Promise.reject(new Error(`It ended without "${line}".`)));
        if (signal.aborted) throw new Error(`It did not say "${line}" in ${MAX_REST_MS} ms:\n${complaints}`);
        await Promise.race([
          new Promise((resolve) => changed.addEventListener("change", resolve, { once: true })),
          new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true })),
        ]);
      }
    },
    /** The moment of the kill; rejects if the child ends by itself before it. */
    untilAny: (moment: Promise<unknown>) => Promise.race([moment, ended]),
    kill: async () => {
      killed = true;
      child.kill("SIGKILL");
      await ended;
    },
  };
}
