import { type ListModelInvocationJobsCommandInput, paginateListModelInvocationJobs } from "@aws-sdk/client-bedrock";
import { describe, expect, it } from "vitest";
import { refusalOf, START_MS, started } from "./test-world.ts";

describe("List", () => {
  async function fiveJobs() {
    const all = await started();
    for (const name of ["job-1", "job-2", "other-3", "job-4", "job-5"]) {
      await all.create(name);
      await all.advance(1_000);
    }
    const names = async (input: ListModelInvocationJobsCommandInput = {}) =>
      (await all.list(input)).invocationJobSummaries?.map(({ jobName }) => jobName);
    return { ...all, names };
  }

  it("shows the newest first, or the oldest when asked, with Get's fields", async () => {
    const { names, list, get } = await fiveJobs();
    expect(await names()).toEqual(["job-5", "job-4", "other-3", "job-2", "job-1"]);
    expect(await names({ sortBy: "CreationTime", sortOrder: "Ascending" })).toEqual((await names())?.toReversed());
    const [first] = (await list()).invocationJobSummaries ?? [];
    expect(await get(first?.jobArn ?? "")).toMatchObject({ ...first });
  });

  it("filters by name, status and submit time", async () => {
    const { names, stop, list } = await fiveJobs();
    expect(await names({ nameContains: "other" })).toEqual(["other-3"]);
    const after = new Date(START_MS + 1_000);
    expect(await names({ submitTimeAfter: after, submitTimeBefore: new Date(START_MS + 4_000) })).toEqual([
      "job-4",
      "other-3",
    ]);
    const [newest] = (await list()).invocationJobSummaries ?? [];
    await stop(newest?.jobArn ?? "");
    expect(await names({ statusEquals: "Stopping" })).toEqual(["job-5"]);
    expect(await names({ statusEquals: "Submitted" })).toHaveLength(4);
  });

  it("pages through all jobs once, whatever is created meanwhile", async () => {
    const { client, create } = await fiveJobs();
    const seen: Array<string | undefined> = [];
    for await (const page of paginateListModelInvocationJobs({ client, pageSize: 2 }, {})) {
      seen.push(...(page.invocationJobSummaries ?? []).map(({ jobName }) => jobName));
      if (seen.length === 2) await create("job-6");
    }
    expect(seen).toEqual(["job-5", "job-4", "other-3", "job-2", "job-1"]);
  });

  it("refuses pages that are too long, tokens that are not its own, and a status that is none", async () => {
    const { list } = await started();
    const invalid = { name: "ValidationException", httpStatus: 400 };
    expect(await refusalOf(list({ maxResults: 1_001 }))).toMatchObject(invalid);
    expect(await refusalOf(list({ maxResults: 0 }))).toMatchObject(invalid);
    expect(await refusalOf(list({ nextToken: "mine" }))).toMatchObject(invalid);
    expect(await refusalOf(list({ statusEquals: "Pending" as "Failed" }))).toMatchObject(invalid);
  });
});
