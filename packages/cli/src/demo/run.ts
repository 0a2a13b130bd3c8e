import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { bedrockStatus, hasEnded, jobNameOf, laneOfModel, type Settings } from "@sluice/core";
import {
  announced,
  DirectoryHeld,
  isTaken,
  LOCAL_STAGE,
  type LocalWorld,
  startLocalWorld,
  writeSettings,
} from "@sluice/local";
import logUpdate from "log-update";
import { Failure } from "../failure.ts";
import { commandLine } from "../options.ts";
import type { Output } from "../output.ts";
import { accountFor } from "./account.ts";
import { Board, newsOf } from "./board.ts";
import { type DroppedFile, dropAll } from "./drop.ts";
import { figuresOf, type Seen } from "./figures.ts";
import { demoFiles } from "./files.ts";
import { type DemoReport, type FileReport, reportText } from "./report.ts";
import { demoSettings, SLOTS, SPEED } from "./settings.ts";

export interface DemoOptions {
  dir: string;
  keep?: true;
  json?: true;
}

/** The mark by which a directory is known as a demo's, which may be cleared. */
const MARK = ".demo";
const FRAME_MS = 80;
/** The demo's own files are written whole at once. */
const REST_MS = 100;
/** Twice as long as it takes on a slow machine. */
const MAX_DEMO_MS = 90_000;

/** What the demo saw, and what became of the event that it lost. */
type Watched = Seen & { lostAt?: number; repairedAt?: number };

/** Runs the demo; true if every record is accounted for. */
export async function runDemo({ dir, keep }: DemoOptions, output: Output): Promise<boolean> {
  const startedAt = Date.now();
  const settings = await prepare(dir, keep === true);
  const files = demoFiles();
  const records = files.reduce((total, file) => total + file.recordIds.length + file.brokenLines.length, 0);
  output.say(
    `${files.length} files with ${records} records, 2 models with ${SLOTS} slots each, ${SPEED} times Bedrock's speed`,
  );
  const seen: Watched = { queued: [], ends: [], listed: new Set() };
  const lostEnds = new Set<string>();
  const local = await startLocalWorld({
    dir,
    purpose: "sluice demo",
    speed: SPEED,
    restMs: REST_MS,
    deliver: ({ detail }) => {
      const status = bedrockStatus(detail.status);
      if (status === undefined || !hasEnded(status)) return true;
      if (lostEnds.has(detail.batchJobName)) {
        seen.lostAt ??= Date.now();
        return false;
      }
      const lane = laneOfModel(settings, detail.batchModelId) ?? "";
      seen.ends.push({ lane, at: Date.now(), jobName: detail.batchJobName });
      return true;
    },
  });
  try {
    local.observe(({ event, lane = "", jobId, count = 0 }) => {
      if (event === "planned") seen.queued.push({ lane, at: Date.now(), jobs: count });
      const jobName = jobId === undefined ? "" : jobNameOf(LOCAL_STAGE, jobId);
      if (event === "lostEventRepaired" || event === "endFoundFirst") seen.listed.add(jobName);
      if (event === "slotReleased" && lostEnds.has(jobName)) seen.repairedAt ??= Date.now();
    });
    const dropped = await watched(local, { files: files.length, records }, output, startedAt, async () => {
      const all = await dropAll(local, files, lostEnds);
      await local.idle(AbortSignal.timeout(MAX_DEMO_MS)).catch((error: unknown) => {
        throw error instanceof Error && error.name === "AbortError" ? notThrough(dir) : error;
      });
      return all;
    });
    const report = await reportOf(local, dropped, seen, startedAt);
    output.show(report, () => reportText(report));
    return report.problems.length === 0;
  } finally {
    await local.close();
  }
}

function notThrough(dir: string): Failure {
  return new Failure(
    "NotThrough",
    `The demo is not through after ${MAX_DEMO_MS / 1_000} s.`,
    `See how far it is with: ${commandLine("ls", { dir })}, or go on with: ${commandLine("dev", { dir })}`,
  );
}

/** Clears the directory of an earlier demo, and nothing else. */
async function prepare(dir: string, keep: boolean): Promise<Settings> {
  if (await isTaken(dir)) throw new DirectoryHeld(dir, (await announced(dir))?.holder);
  await mkdir(dir, { recursive: true });
  const names = await readdir(dir);
  if (names.length > 0 && !names.includes(MARK))
    throw new Failure(
      "NotADemo",
      `${dir} has files that no demo wrote, so it is not cleared.`,
      "Give the demo another directory with --dir.",
    );
  if (!keep) for (const name of names) await rm(join(dir, name), { recursive: true, force: true });
  await writeFile(join(dir, MARK), "sluice demo clears this directory when it starts.\n");
  return writeSettings(dir, demoSettings);
}

/** Shows what happens while the work goes on: a board on a terminal, a line for each piece of news elsewhere. */
async function watched<T>(
  local: LocalWorld,
  totals: { files: number; records: number },
  output: Output,
  startedAt: number,
  work: () => Promise<T>,
): Promise<T> {
  const board = new Board(totals);
  const draw = () => logUpdate(board.draw(Date.now() - startedAt));
  const unobserve = local.observe((entry) => {
    board.see(entry);
    const news = newsOf(entry);
    if (!output.isTerminal && news !== undefined)
      output.say(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(5)} s  ${news}`);
  });
  const timer = output.isTerminal ? setInterval(draw, FRAME_MS) : undefined;
  try {
    return await work();
  } finally {
    clearInterval(timer);
    unobserve();
    if (output.isTerminal) {
      draw();
      logUpdate.done();
    }
  }
}

async function reportOf(
  local: LocalWorld,
  dropped: readonly DroppedFile[],
  seen: Watched,
  startedAt: number,
): Promise<DemoReport> {
  const { world, objects } = local;
  const files: FileReport[] = [];
  const problems: string[] = [];
  for (const drop of dropped) {
    const submission = await world.store.submissions.get(drop.submissionId);
    const account = await accountFor(objects, drop, submission?.folder);
    const { path, accident, recordIds, brokenLines } = drop.file;
    problems.push(...account.problems);
    files.push({
      file: path,
      lane: submission?.lane ?? "",
      jobs: submission?.plan?.slices ?? 0,
      records: recordIds.length + brokenLines.length,
      results: account.results,
      errors: account.errors,
      status: submission?.status ?? "lost",
      ...(accident !== undefined && { accident }),
    });
  }
  const sum = (of: (file: FileReport) => number) => files.reduce((total, file) => total + of(file), 0);
  const { lostAt, repairedAt } = seen;
  return {
    files,
    records: {
      dropped: sum((file) => file.records),
      results: sum((file) => file.results),
      errors: sum((file) => file.errors),
    },
    figures: await figuresOf(local, startedAt, seen),
    ...(lostAt !== undefined && repairedAt !== undefined && { lostEventRepairedMs: Math.max(0, repairedAt - lostAt) }),
    elapsedMs: Date.now() - startedAt,
    processed: relative("", join(objects.directory, "processed/")),
    problems,
  };
}
