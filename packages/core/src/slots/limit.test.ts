import { aWorld, queueJobs, settings } from "@sluice/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { sweep } from "../moves/sweep.ts";
import { refill } from "./refill.ts";

const QUOTA = "L-TEST0001";

describe("a lane whose limit is a quota", () => {
  let world: ReturnType<typeof aWorld>;
  let lane: string;
  beforeEach(() => {
    const given = settings();
    lane = Object.keys(given.lanes)[0] ?? "";
    const own = given.lanes[lane];
    if (own === undefined) throw new Error("The builder's settings have no lane.");
    world = aWorld({ settings: { ...given, lanes: { ...given.lanes, [lane]: { ...own, limit: { quota: QUOTA } } } } });
    world.quotas.values.set(QUOTA, 2);
  });
  const limit = async () => (await world.store.lanes.get(lane))?.limit;
  const logged = (event: string) => world.entries.filter((entry) => entry.event === event);

  it("reads it at once when it is new, and gives no more slots than that", async () => {
    await queueJobs(world, 4, { lane });
    await refill(world, lane);
    expect(await limit()).toBe(2);
    expect((await world.store.lanes.get(lane))?.holders.size).toBe(2);
    expect(logged("limitChanged")).toEqual([expect.objectContaining({ level: "info", lane, count: 2 })]);
  });

  it("takes the table's limit between sweeps, without asking again", async () => {
    await refill(world, lane);
    world.quotas.values.set(QUOTA, 9);
    await refill(world, lane);
    await refill(world, lane);
    expect(await limit()).toBe(2);
    expect(world.quotas.asked).toEqual([QUOTA]);
  });

  it("follows it at each sweep, up and down, says so, and fills the new slots in the same sweep", async () => {
    await queueJobs(world, 4, { lane });
    await sweep(world);
    world.quotas.values.set(QUOTA, 3);
    await sweep(world);
    expect((await world.store.lanes.get(lane))?.holders.size).toBe(3);
    expect(logged("limitChanged").at(-1)?.message).toBe(`The quota ${QUOTA} is 3; the lane's limit was 2.`);
    world.quotas.values.set(QUOTA, 0);
    await sweep(world);
    expect(await limit()).toBe(0);
    const said = logged("limitChanged").length;
    await sweep(world);
    expect(logged("limitChanged")).toHaveLength(said);
  });

  it.each([
    [
      "it cannot be asked for",
      () => {
        world.quotas.fault = Object.assign(new Error("no right"), { name: "AccessDenied" });
      },
      "AccessDenied: no right",
    ],
    ["there is none of its code", () => world.quotas.values.clear(), "there is no such quota"],
  ])("keeps its limit with a warning if %s, and sweeps all the same", async (_, lose, problem) => {
    await sweep(world);
    lose();
    await sweep(world);
    expect(await limit()).toBe(2);
    const [warning] = logged("quotaUnread");
    expect(warning).toMatchObject({ level: "warn", lane });
    for (const words of [QUOTA, problem, "keeps its limit of 2", "servicequotas:GetServiceQuota"])
      expect(warning?.message).toContain(words);
    expect(logged("swept")).toHaveLength(2);
  });

  it("begins with one job at a time if it cannot be read, until a sweep reads it", async () => {
    world.quotas.values.clear();
    await queueJobs(world, 4, { lane });
    await refill(world, lane);
    expect((await world.store.lanes.get(lane))?.holders.size).toBe(1);
    expect(logged("quotaUnread")[0]?.message).toContain("begins with a limit of 1");
    world.quotas.values.set(QUOTA, 2);
    await sweep(world);
    expect((await world.store.lanes.get(lane))?.holders.size).toBe(2);
  });

  it("begins with one in a world without quotas, and warns", async () => {
    const { quotas: _, ...without } = world;
    await refill(without, lane);
    expect(await limit()).toBe(1);
    expect(logged("quotaUnread")[0]?.message).toContain("has no Service Quotas");
  });

  it("has no more slots than a lane can hold, and whole ones", async () => {
    world.quotas.values.set(QUOTA, 1_000_000);
    await sweep(world);
    expect(await limit()).toBe(1_000);
    world.quotas.values.set(QUOTA, 4.9);
    await sweep(world);
    expect(await limit()).toBe(4);
  });

  it("asks for no quota where the settings say numbers", async () => {
    await sweep(world);
    expect(world.quotas.asked).toEqual([QUOTA]);
  });
});
