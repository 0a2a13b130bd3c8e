import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DynamoStore } from "@sluice/aws";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { announce, announced, answers } from "./endpoints.ts";
import { DirectoryHeld } from "./held.ts";
import { LOCAL_TABLE, openTable, tableClient } from "./table.ts";
import { isTaken, takeDirectory } from "./take.ts";

const accessKey = "LOCALTEST";
/** The start of a process on a busy machine. */
const MAX_PROCESS_MS = 60_000;
const DEAD_PID = 2 ** 22 + 1;
const holder = { pid: process.pid, purpose: "sluice dev" };

describe("A directory", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "sluice-take-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const take = (purpose = "sluice dev") => takeDirectory(dir, { ...holder, purpose }, { accessKey });

  it("is one process's, who is named to the next, and is free again afterwards", async () => {
    expect(await isTaken(dir)).toBe(false);
    const first = await take();
    expect(await isTaken(dir)).toBe(true);
    const refused = take("another");
    await expect(refused).rejects.toThrow(DirectoryHeld);
    await expect(refused).rejects.toThrow(`sluice dev (process ${process.pid})`);
    await first.close();
    expect(await isTaken(dir)).toBe(false);
    await (await take("another")).close();
  });

  it("is taken at once over what a dead one said, also if its process id lives on in another process", async () => {
    for (const pid of [DEAD_PID, process.pid]) {
      await announce(dir, { pid, purpose: "sluice dev" });
      await (await take()).close();
    }
    await writeFile(join(dir, "dev.json"), "not JSON");
    await (await take()).close();
  });

  it("is free at once when its holder was killed", { timeout: MAX_PROCESS_MS }, async () => {
    const script = fileURLToPath(new URL("./killed-holder.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), script, dir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    await expect(take()).rejects.toThrow(`the kill test (process ${child.pid})`);
    child.kill("SIGKILL");
    await once(child, "exit");
    await (await take()).close();
  });

  it("is given back where its holder cannot say its name", async () => {
    await mkdir(join(dir, "dev.json.new"));
    await expect(take()).rejects.toThrow(/dev\.json\.new/);
    expect(await isTaken(dir)).toBe(false);
  });

  it("is waited for where a command has its table open for a moment", async () => {
    const moment = await openTable(join(dir, "dynamodb"), { accessKey });
    const waiting = take();
    await moment.close();
    await (await waiting).close();
  });

  it("is won by one of many that come at once, and the table of a new one is whole", async () => {
    const tries = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => take(`try ${n}`)));
    const won = tries.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(won).toHaveLength(1);
    await won[0]?.close();
    const next = await take();
    const client = tableClient(next.endpoint, accessKey);
    expect(await new DynamoStore({ client, table: LOCAL_TABLE }).lanes.all()).toEqual([]);
    client.destroy();
    await next.close();
  });

  it("tells its owner alone where its world can be reached", async () => {
    const table = await take();
    const endpoints = { speed: 1, dynamodb: table.endpoint, bedrock: "http://127.0.0.1:1", accessKey };
    const settings = { lanes: { a: { models: ["m"], limit: 1 } }, default: { model: "m" } };
    await writeFile(join(dir, "dev.json.new"), "left by a killed one", { mode: 0o644 });
    await writeFile(join(dir, "dev.json"), "readable by all", { mode: 0o644 });
    await announce(dir, holder, { ...endpoints, settings: settings as never });
    expect((await stat(join(dir, "dev.json"))).mode & 0o777).toBe(0o600);
    const said = await announced(dir);
    expect(said).toMatchObject({ holder, endpoints });
    expect(await answers(said!.endpoints!)).toBe(true);
    expect(await answers({ ...said!.endpoints!, accessKey: "another world's" })).toBe(false);
    await table.close();
    expect(await answers(said!.endpoints!)).toBe(false);
  });

  it("gets a new table where the old one's files cannot be read any more, and keeps those", async () => {
    await (await take()).close();
    const folder = join(dir, "dynamodb");
    for (const name of await readdir(folder)) if (name.startsWith("MANIFEST")) await rm(join(folder, name));
    const second = await take();
    expect(second).toMatchObject({ movedTo: expect.stringMatching(/dynamodb\.damaged-\d+$/) });
    expect(await readFile(join(second.movedTo!, "CURRENT"), "utf8")).toMatch(/^MANIFEST/);
    await second.close();
  });
});
