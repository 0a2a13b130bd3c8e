import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CommandLine } from "./command-line.ts";
import { claudeLines, fileOf, novaLines } from "./records.ts";
import type { Rehearsal } from "./rehearsal.ts";

const HOUR_MS = 60 * 60_000;
const NOVA = "amazon.nova-lite-v1:0";
const STAGE = ["--stage", "dev"];

/** What `sluice --stage` promises, as the real command against a rehearsed stage. */
export function commandLinePromises(rehearsal: () => Rehearsal): void {
  let line: CommandLine;
  const ok = async (...args: string[]) => {
    const ran = await line.run([...args, ...STAGE]);
    expect(ran, JSON.stringify(ran)).toMatchObject({ code: 0 });
    return ran.document;
  };
  beforeAll(async () => {
    line = await CommandLine.open(rehearsal());
    await line.write("asked.jsonl", fileOf(claudeLines(110, "asked")));
    await line.write("nova.jsonl", fileOf(novaLines(100, "typed")));
    await line.write("half.jsonl", fileOf([...claudeLines(100, "half"), "{broken"]));
  });
  afterAll(() => line?.close());

  test("submit --wait tells what became of a file, and where it lies", async () => {
    const { submissions } = await ok("submit", "asked.jsonl", "--wait");
    const place = `s3://${rehearsal().bucket}/processed/asked.jsonl/`;
    expect(submissions).toEqual([
      expect.objectContaining({
        key: "to-process/asked.jsonl",
        status: "Done",
        results: 110,
        errors: 0,
        files: { results: `${place}results.jsonl`, errors: `${place}errors.jsonl`, summary: `${place}summary.json` },
      }),
    ]);
    const [{ id }] = submissions;
    expect(await ok("submit", "asked.jsonl")).toEqual({
      submissions: [{ file: "asked.jsonl", key: "to-process/asked.jsonl", id, earlier: "Done" }],
    });
    const half = await line.run(["submit", "half.jsonl", "--wait", ...STAGE]);
    expect(half).toMatchObject({ code: 1, document: { submissions: [{ status: "Done", results: 100, errors: 1 }] } });
  });

  test("the ids that submit prints are those that plan derives, with the route, the model and the priority asked for", async () => {
    const byRoute = (await ok("submit", "nova.jsonl", "--route", "nova", "--priority", "7")).submissions;
    const byModel = (await ok("submit", "nova.jsonl", "nova.jsonl", "--model", NOVA, "--again")).submissions;
    const keys = ["to-process/nova/nova.jsonl", "to-process/nova.jsonl", "to-process/nova-2.jsonl"];
    const submitted = [...byRoute, ...byModel];
    expect(submitted.map(({ key }: { key: string }) => key)).toEqual(keys);
    const asked = [{ route: "nova", priority: 7 }, { priority: 0 }, { priority: 0 }];
    for (const [at, { id, key }] of submitted.entries()) {
      await rehearsal().written(`processed/${key.slice("to-process/".length)}/summary.json`);
      const shown = await ok("show", id);
      expect(shown).toMatchObject({
        id,
        key,
        status: "Done",
        model: NOVA,
        lane: "nova-lite",
        results: 100,
        ...asked[at],
      });
      expect(shown.jobs).toEqual([
        expect.objectContaining({ status: "Completed", arn: expect.stringContaining(":model-invocation-job/") }),
      ]);
      expect(shown.files.summary).toBe(`s3://${rehearsal().bucket}/processed/${key.slice(11)}/summary.json`);
    }
  });

  test("ls lists what was dropped, and lanes the lanes of the stage's settings", async () => {
    const { submissions } = await ok("ls");
    expect(submissions.map(({ key }: { key: string }) => key)).toContain("to-process/asked.jsonl");
    const byVariable = await line.run(["ls"], { SLUICE_STAGE: "dev" });
    expect(byVariable.document).toEqual({ submissions, more: false });
    const { lanes } = await ok("lanes");
    expect(lanes).toEqual([
      expect.objectContaining({ lane: "claude-haiku", limit: 10, waiting: 0 }),
      expect.objectContaining({ lane: "nova-lite", quota: expect.stringMatching(/^L-/), models: [NOVA] }),
    ]);
  });

  test("sweep repairs from here what a lost event should have done", async () => {
    const { bedrock, keysWritten } = rehearsal();
    bedrock.faults.set({ events: { losePercent: 100 }, listLagMs: 24 * HOUR_MS });
    const known = new Set(keysWritten);
    const { submissions } = await ok("submit", "asked.jsonl", "--again");
    expect(submissions[0].key).toBe("to-process/asked-2.jsonl");
    await rehearsal().written((key) => key.endsWith("/manifest.json.out") && !known.has(key));
    await bedrock.idle();
    rehearsal().guard.refuse("blind", "bedrock:GetModelInvocationJob");
    const refused = await line.run(["sweep", ...STAGE], { AWS_ACCESS_KEY_ID: "blind" });
    expect(refused).toMatchObject({ code: 1, document: { error: { code: "NoPermission" } } });
    const ran = await line.run(["sweep", ...STAGE]);
    expect(ran).toMatchObject({
      code: 0,
      document: { lanes: 2 },
      stderr: expect.stringContaining("lostEventRepaired"),
    });
    bedrock.faults.clear();
    await rehearsal().written("processed/asked-2.jsonl/summary.json");
    expect(await ok("show", submissions[0].id)).toMatchObject({ status: "Done", results: 110 });
  });

  describe("what is wrong is one document, with what to do next", () => {
    /** The error of a command that must fail. */
    const errorOf = async (args: string[], environment: Record<string, string | undefined> = {}) => {
      const { code, document } = await line.run(args, environment);
      expect(code, JSON.stringify(document)).toBe(1);
      const { error, ...rest } = document;
      expect(rest).toEqual({});
      expect(error.message).toBeTruthy();
      expect(error.next).toBeTruthy();
      return error;
    };

    test("where there is no such stage", async () => {
      const error = await errorOf(["ls", "--stage", "nowhere"]);
      expect(error).toMatchObject({ code: "NoStage", next: expect.stringContaining("sst deploy --stage nowhere") });
      expect(error.message).toContain("/sluice/nowhere/outputs");
      expect(error.message).toContain("us-east-1");
      expect(await errorOf(["ls", "--stage", "No stage"])).toMatchObject({ code: "NoStage" });
    });

    test("without credentials, and with credentials that AWS does not take", async () => {
      const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
      expect(await errorOf(["lanes", ...STAGE], none)).toMatchObject({ code: "NoCredentials" });
      const absent = { ...none, AWS_PROFILE: "absent" };
      expect(await errorOf(["lanes", ...STAGE], absent)).toMatchObject({ code: "NoCredentials" });
      // DynamoDB Local takes letters and digits only.
      const odd = { AWS_ACCESS_KEY_ID: "not-taken" };
      expect(await errorOf(["lanes", ...STAGE], odd)).toMatchObject({ code: "BadCredentials" });
    });

    test("without a Region", async () => {
      const error = await errorOf(["ls", ...STAGE], { AWS_REGION: undefined });
      expect(error).toMatchObject({ code: "NoRegion", next: expect.stringContaining("AWS_REGION") });
    });

    test.each([
      ["ssm:GetParameter", ["ls"]],
      ["s3:GetObject", ["lanes"]],
      ["s3:PutObject", ["submit", "asked.jsonl", "--again"]],
      ["dynamodb:Query", ["ls"]],
      ["dynamodb:GetItem", ["show", "0".repeat(26)]],
      ["dynamodb:UpdateItem", ["sweep"]],
    ])("without the right %s", async (action, args) => {
      // Letters and digits only, because of DynamoDB Local.
      const user = `without${action.replace(":", "")}`;
      rehearsal().guard.refuse(user, action);
      const error = await errorOf([...args, ...STAGE], { AWS_ACCESS_KEY_ID: user });
      expect(error).toMatchObject({ code: "NoPermission", message: expect.stringContaining(action) });
    });

    test("where nobody listens", async () => {
      const gone = { AWS_ENDPOINT_URL_SSM: "http://127.0.0.1:9", AWS_MAX_ATTEMPTS: "1" };
      expect(await errorOf(["ls", ...STAGE], gone)).toMatchObject({ code: "NoConnection" });
    });
  });
}
