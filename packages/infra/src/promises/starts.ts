import { parseSettings } from "@sluice/core";
import { namespaceOf, stageOutputsOf, stageParameterName } from "@sluice/stage";
import { expect, test } from "vitest";
import { ACCOUNT, REGION } from "../evaluation/aws-answers.ts";
import type { Edit } from "../evaluation/bundle.ts";
import { evaluated } from "../evaluation/run.ts";
import { Graph } from "../graph/graph.ts";

/** An evaluation takes seconds, and a few times that on a busy machine. */
const EVALUATION_MS = 120_000;
/** As many as settings take, in the words of stacks/settings.ts: two of them are the shipped ones. */
const LANES = 200;
const MORE_LANES = `...Object.fromEntries(Array.from({ length: ${LANES - 2} }, (_, at) => [
  "lane-" + at,
  { models: ["us.maker.a-model-with-a-long-name-" + at + "-v1:0"], limit: { quota: "L-" + at } },
])),`;
const MOST_STAGE_CHARS = 28;
/** Of a role, a rule and a function. */
const MOST_NAME_CHARS = 64;
const PARAMETER = stageParameterName("sluice", "dev");

/** Gives the app another name, as another team does in its clone. */
function rename(app: string): Edit {
  return { file: "packages/stage/src/name.ts", from: 'APP = "sluice"', to: `APP = "${app}"` };
}

/** What one function of a stage finds in its environment. */
function outputsOf(graph: Graph) {
  return stageOutputsOf(graph.environment(graph.fn("Plan")));
}

function settingsOf(graph: Graph) {
  const { inputs } = graph.one("aws:s3/bucketObjectv2:BucketObjectv2", "Settings");
  return parseSettings(JSON.parse(inputs.content), "the object");
}

/** The names that AWS knows things by, where they are given and not made up by AWS. */
function namesOf(graph: Graph): string[] {
  return graph.resources.flatMap(({ type, inputs }) =>
    type.startsWith("aws:") && typeof inputs.name === "string" && type !== "aws:iam/policy:Policy"
      ? [`${type} ${inputs.name}`]
      : [],
  );
}

/** What a stage promises wherever, by whomever and over whatever it is deployed. */
export function startPromises(graph: () => Graph): void {
  const table = () => outputsOf(graph()).table;
  const recorded = (fields: object) => ({ [PARAMETER]: JSON.stringify(fields) });

  test("a new stage's jobs have a name that no other account, Region, app or table gives", () => {
    const place = { app: "sluice", stage: "dev", account: ACCOUNT, region: REGION, table: table() };
    expect(outputsOf(graph()).namespace).toBe(namespaceOf(place, undefined));
  });

  test("`sst dev` deploys what `sst deploy` does, 200 lanes fit, and another app shares no name", {
    timeout: EVALUATION_MS,
  }, async () => {
    const other = new Graph(
      await evaluated("dev", {
        isDev: true,
        edits: [rename("team-b"), { from: "lanes: {", to: `lanes: { ${MORE_LANES}` }],
      }),
    );
    expect(Object.keys(settingsOf(other).lanes)).toHaveLength(LANES);
    expect(other.of("aws:ssm/parameter:Parameter").map(({ inputs }) => inputs.name)).toEqual(["/team-b/dev/outputs"]);
    expect(namesOf(other).filter((name) => namesOf(graph()).includes(name))).toEqual([]);
    const described = (one: Graph) =>
      one.functions.map(({ name, inputs: { runtime, handler, timeout, memorySize } }) => [
        name,
        runtime,
        handler,
        timeout,
        memorySize,
      ]);
    expect(described(other)).toEqual(described(graph()));
    for (const role of other.of("aws:iam/role:Role")) {
      const { inputs } = graph().one("aws:iam/role:Role", role.name);
      const lengthOf = (policies: unknown) => JSON.stringify(policies).replaceAll("team-b", "sluice").length;
      // What lanes there are changes no right.
      expect(lengthOf(role.inputs.inlinePolicies), role.name).toBe(lengthOf(inputs.inlinePolicies));
    }
  });

  test("over what an earlier version deployed, open jobs keep their names; in Europe the models are Europe's", {
    timeout: EVALUATION_MS,
  }, async () => {
    const parameters = recorded({ stage: "dev", table: table() });
    const again = new Graph(await evaluated("dev", { region: "eu-west-1", parameters }));
    expect(outputsOf(again)).toMatchObject({ namespace: "dev", region: "eu-west-1" });
    const { lanes, routes, default: otherwise } = settingsOf(again);
    expect(lanes["claude-haiku"]?.models).toEqual([otherwise.model]);
    expect(otherwise.model).toBe("eu.anthropic.claude-haiku-4-5-20251001-v1:0");
    expect(routes["nova"]?.model).toBe("eu.amazon.nova-lite-v1:0");
    expect(lanes["claude-haiku"]?.limit).toEqual({ quota: "L-63020993" });
  });

  test.each([
    ["sa-east-1", ["global.anthropic.claude-haiku-4-5-20251001-v1:0"]],
    ["us-gov-west-1", ["amazon.nova-lite-v1:0"]],
  ])(
    "in %s, where one of the shipped models has no batches, the other runs, and the longest names fit",
    {
      timeout: EVALUATION_MS,
    },
    async (region, models) => {
      const edits = [rename("twelve-chars")];
      const there = new Graph(await evaluated("s".repeat(MOST_STAGE_CHARS), { region, edits }));
      const { lanes, default: otherwise } = settingsOf(there);
      expect(Object.values(lanes).flatMap((lane) => lane.models)).toEqual(models);
      expect(models).toContain(otherwise.model);
      const named = [there.one("aws:iam/role:Role", "BedrockRole"), ...there.of("aws:cloudwatch/eventRule:EventRule")];
      for (const { name, inputs } of [...named, ...there.functions])
        expect(inputs.name.length, name).toBeLessThanOrEqual(MOST_NAME_CHARS);
    },
  );

  test("a stage that is another table's is refused, with words, and so is a model of another Region", {
    timeout: EVALUATION_MS,
  }, async () => {
    const parameters = recorded({ stage: "dev", table: "sluice-dev-of-somebody-else" });
    await expect(evaluated("dev", { parameters })).rejects.toThrow(/sluice-dev-of-somebody-else.*--stage/s);
    const edits = [{ from: 'batchModel("nova-lite", region)', to: '"eu.amazon.nova-lite-v1:0"' }];
    await expect(evaluated("dev", { edits })).rejects.toThrow(/models\.0: .* write amazon\.nova-lite-v1:0/);
  });
}
