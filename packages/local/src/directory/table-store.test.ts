import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { TableStore } from "dynalite/db/index.js";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TableFiles, TableLocked } from "./table-store.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-table-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const statusOf = ({ tableDb }: TableStore) =>
  new Promise((resolve, reject) =>
    tableDb.get("none", (error, table) => (error === null ? resolve(table) : reject(error))),
  );

it("tells of a disk that fails once, answers nothing until the files are open anew, and then goes on", async () => {
  const problems: unknown[] = [];
  const { files } = await TableFiles.open(folder, (problem) => problems.push(problem));
  const full = Object.assign(new Error("IO error: No space left on device"), { code: "LEVEL_IO_ERROR" });
  const failing = files.with(() => Promise.reject(full));
  await expect(failing).rejects.toBe(full);
  await expect(files.with(statusOf)).rejects.toThrow(/is not open. Try again/);
  expect(problems).toEqual([full]);
  let tries = 0;
  while (
    !(await files.with(statusOf).then(
      () => true,
      () => false,
    ))
  ) {
    expect(++tries).toBeLessThan(100);
    await pause(20);
  }
  await expect(TableFiles.open(folder, () => {})).rejects.toThrow(TableLocked);
  await files.close();
});

it("goes on at once after a fault that is not the disk's, and tells of it", async () => {
  const problems: unknown[] = [];
  const { files } = await TableFiles.open(folder, (problem) => problems.push(problem));
  const fault = new TypeError("a bug");
  await expect(files.with(() => Promise.reject(fault))).rejects.toBe(fault);
  expect(await files.with(statusOf)).toBeUndefined();
  expect(problems).toEqual([fault]);
  await files.close();
});
