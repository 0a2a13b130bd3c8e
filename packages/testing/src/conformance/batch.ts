import type { BatchService, BedrockJob, CreateAnswer, CreateRequest } from "@sluice/core";
import { afterEach, describe, expect, it } from "vitest";

/** A fresh batch service without jobs, and what a test needs beside the port. */
export interface BatchUnderTest {
  service: BatchService;
  modelId: string;
  /** Puts an input of one job there. */
  prepare(inputKey: string): Promise<void>;
  /** Lets the service's time go on. */
  later(durationMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface BatchMakeOptions {
  /** How many jobs the model's quota allows at once. */
  slots: number;
  /** The most jobs on a page of a listing. */
  listPageJobs: number;
}

const running = ["Submitted", "Validating", "Scheduled", "InProgress"];

/** What any BatchService must hold. Every test makes a service of its own. */
export function batchConformance(name: string, make: (options: BatchMakeOptions) => Promise<BatchUnderTest>): void {
  describe(`${name} holds what a batch service promises`, () => {
    let made: BatchUnderTest;
    const start = async (options: Partial<BatchMakeOptions> = {}) => {
      made = await make({ slots: 20, listPageJobs: 1_000, ...options });
      return made.service;
    };
    afterEach(() => made.close());

    const requestOf = async (jobName: string, more: Partial<CreateRequest> = {}): Promise<CreateRequest> => {
      const inputKey = `staging/${jobName}.jsonl`;
      await made.prepare(inputKey);
      const outputPrefix = `output/${jobName}/`;
      const request = { jobName, clientRequestToken: `token-of-${jobName}`, modelId: made.modelId };
      return { ...request, invocation: "InvokeModel", inputKey, outputPrefix, ...more };
    };
    const created = async (jobName: string, more: Partial<CreateRequest> = {}): Promise<string> =>
      arnOf(await made.service.create(await requestOf(jobName, more)));

    it("creates a job and reports it with what it was asked for", async () => {
      const service = await start();
      const arn = await created("sluice-test-one");
      const job = await service.get(arn);
      expect(job).toMatchObject({ arn, jobName: "sluice-test-one", inputKey: "staging/sluice-test-one.jsonl" });
      expect(job?.modelId).toContain(made.modelId);
      expect(running).toContain(job?.status);
      expect(job?.submittedAt).toBeGreaterThan(0);
      expect(job?.endedAt).toBeUndefined();
      expect((await service.findByName("sluice-test-one")).job).toMatchObject({ arn, inputKey: job?.inputKey });
    });

    it("says with each look-up and report when it answered, by its own clock", async () => {
      const service = await start();
      const arn = await created("sluice-test-one");
      const submittedAt = (await service.get(arn))?.submittedAt ?? 0;
      // The header of an HTTP answer knows no fractions of a second.
      for (const at of [(await service.get(arn))?.reportedAt, (await service.findByName("nobody")).at])
        expect(at).toBeGreaterThan(submittedAt - 1_000);
    });

    it("gives the same ARN to the same request with the same token, and creates nothing", async () => {
      const service = await start({ slots: 1 });
      const arn = await created("sluice-test-one");
      expect(await created("sluice-test-one")).toBe(arn);
      expect(namesOf(await allJobs(service, "sluice-test-"))).toEqual(["sluice-test-one"]);
    });

    it("answers conflict to a name that is taken, and creates nothing", async () => {
      const service = await start();
      await created("sluice-test-one");
      const answer = await service.create(await requestOf("sluice-test-one", { clientRequestToken: "another" }));
      expect(answer).toMatchObject({ kind: "conflict", message: expect.stringContaining("sluice-test-one") });
      expect(await allJobs(service, "sluice-test-")).toHaveLength(1);
    });

    it("lets exactly one of many create a job of one name", async () => {
      const service = await start();
      const requests = await Promise.all(
        Array.from({ length: 8 }, (_, i) => requestOf("sluice-test-one", { clientRequestToken: `token-${i}` })),
      );
      const answers = await Promise.all(requests.map((request) => service.create(request)));
      expect(answers.map(({ kind }) => kind).sort()).toEqual([...Array(7).fill("conflict"), "created"]);
    });

    it("answers quotaExceeded once every slot is taken, and creates nothing", async () => {
      const service = await start({ slots: 2 });
      await created("sluice-test-one");
      await created("sluice-test-two");
      const answer = await service.create(await requestOf("sluice-test-three"));
      expect(answer.kind).toBe("quotaExceeded");
      expect((await service.findByName("sluice-test-three")).job).toBeUndefined();
    });

    it("answers invalid to a request that breaks the rules", async () => {
      const service = await start();
      for (const more of [{ timeoutHours: 1 }, { inputKey: "staging/with a space.jsonl" }, { modelId: "no model" }])
        expect(await service.create(await requestOf("sluice-test-one", more))).toMatchObject({ kind: "invalid" });
      expect((await service.create(await requestOf("sluice_test_one"))).kind).toBe("invalid");
      expect(await allJobs(service, "sluice")).toEqual([]);
    });

    it("finds a job by its whole name, among names that contain one another", async () => {
      const service = await start({ listPageJobs: 1 });
      const names = ["sluice-test-a", "sluice-test-a-b", "sluice-test-ab", "x-sluice-test-a"];
      const arns = new Map<string, string>();
      for (const jobName of names) arns.set(jobName, await created(jobName));
      for (const jobName of names) expect((await service.findByName(jobName)).job?.arn).toBe(arns.get(jobName));
      for (const none of ["sluice-test", "test-a", "sluice-test-a-", "sluice-test-abc"])
        expect((await service.findByName(none)).job).toBeUndefined();
    });

    it("lists every job whose name contains the words exactly once, over all pages", async () => {
      const service = await start({ listPageJobs: 3 });
      const names = Array.from({ length: 7 }, (_, i) => `sluice-test-${i}`);
      for (const jobName of [...names, "other-1", "other-2"]) await created(jobName);
      const pages = await pagesOf(service, "sluice-test-");
      expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(3);
      expect(namesOf(pages.flat())).toEqual(names);
    });

    it("lists only what was submitted after a time", async () => {
      const service = await start();
      const early = await service.get(await created("sluice-test-early"));
      await made.later(10_000);
      await created("sluice-test-late");
      const since = (early?.submittedAt ?? 0) + 5_000;
      expect(namesOf(await allJobs(service, "sluice-test-", since))).toEqual(["sluice-test-late"]);
      expect(await allJobs(service, "sluice-test-", since + 60_000)).toEqual([]);
    });

    it("has no job for an ARN that is nobody's", async () => {
      const service = await start();
      const arn = await created("sluice-test-one");
      expect(await service.get(`${arn.slice(0, arn.lastIndexOf("/"))}/abcdefghijkl`)).toBeUndefined();
    });
  });
}

function arnOf(answer: CreateAnswer): string {
  if (answer.kind !== "created") throw new Error(`The job was not created (${answer.kind}): ${answer.message}`);
  return answer.arn;
}

async function pagesOf(service: BatchService, nameContains: string, since = 0): Promise<BedrockJob[][]> {
  const pages: BedrockJob[][] = [];
  let cursor: string | undefined;
  do {
    const page = await service.list(nameContains, since, cursor);
    pages.push(page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && pages.length < 100);
  return pages;
}

async function allJobs(service: BatchService, nameContains: string, since = 0): Promise<BedrockJob[]> {
  return (await pagesOf(service, nameContains, since)).flat();
}

function namesOf(jobs: readonly BedrockJob[]): string[] {
  return jobs.map(({ jobName }) => jobName).sort();
}
