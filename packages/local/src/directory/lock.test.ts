import { mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DirectoryHeld, holderOf, takeLock } from "./lock.ts";

describe("The lock of a directory", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "sluice-lock-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const left = (holder: object) =>
    writeFile(
      join(dir, "lock"),
      JSON.stringify({ pid: process.pid, purpose: "sluice dev", momentary: false, port: 1, token: "dead", ...holder }),
    );

  it("is held by one, who is named to the next, and is free again afterwards", async () => {
    const lock = await takeLock(dir, "sluice dev");
    expect(await holderOf(dir)).toMatchObject({ pid: process.pid, purpose: "sluice dev", token: lock.token });
    await expect(takeLock(dir, "another")).rejects.toThrow(DirectoryHeld);
    await lock.release();
    expect(await holderOf(dir)).toBeUndefined();
    await (await takeLock(dir, "another")).release();
    expect(await readdir(dir)).toEqual([]);
  });

  it("is taken over from a dead one, also if its process id lives on in another process", async () => {
    await left({ pid: process.pid });
    await (await takeLock(dir, "sluice dev")).release();
    expect(await readdir(dir)).toEqual([]);
  });

  it("is taken over from a dead one whose port somebody else has by now", async () => {
    const stranger = createServer((socket) => socket.end("good day"));
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
    await left({ port: (stranger.address() as AddressInfo).port });
    await (await takeLock(dir, "sluice dev")).release();
    await new Promise((resolve) => stranger.close(resolve));
  });

  it("is left to a living holder that merely does not answer now", async () => {
    const connections: Socket[] = [];
    const stopped = createServer({ pauseOnConnect: true }, (socket) => connections.push(socket));
    await new Promise<void>((resolve) => stopped.listen(0, "127.0.0.1", resolve));
    await left({ port: (stopped.address() as AddressInfo).port });
    await expect(takeLock(dir, "sluice dev")).rejects.toThrow(DirectoryHeld);
    for (const socket of connections) socket.destroy();
    await new Promise((resolve) => stopped.close(resolve));
  });

  it("is taken over where its file is no lock at all", async () => {
    await writeFile(join(dir, "lock"), "not JSON");
    await (await takeLock(dir, "sluice dev")).release();
  });

  it("is taken over where a dead one died while it took over from another", async () => {
    await left({ token: "first" });
    await rename(join(dir, "lock"), join(dir, "lock.aside"));
    await left({ token: "second" });
    await rename(join(dir, "lock"), join(dir, "lock.first"));
    await rename(join(dir, "lock.aside"), join(dir, "lock"));
    const lock = await takeLock(dir, "sluice dev");
    expect((await holderOf(dir))?.token).toBe(lock.token);
    await lock.release();
    expect(await readdir(dir)).toEqual([]);
  });

  it("is waited for where its holder needs it for a moment only", async () => {
    const moment = await takeLock(dir, "sluice ls", { momentary: true });
    const waiting = takeLock(dir, "sluice dev");
    await moment.release();
    await (await waiting).release();
  });

  it("is won by one of many that come at once, also over a dead one's", async () => {
    for (let round = 0; round < 20; round++) await race();
  });

  const race = async () => {
    await left({});
    const tries = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => takeLock(dir, `try ${n}`)));
    const won = tries.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(won).toHaveLength(1);
    expect((await holderOf(dir))?.token).toBe(won[0]?.token);
    await won[0]?.release();
    expect(await readdir(dir)).toEqual([]);
  };
});
