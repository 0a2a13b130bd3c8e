import type { Json } from "./json.ts";

/** `aws.iam.getPolicyDocument`, rendered as the AWS provider renders it. */
export function policyDocument(input: Json): Json {
  const statements = (input.statements ?? []).map(statementOf);
  const sources = (input.sourcePolicyDocuments ?? []).flatMap((text: string) => JSON.parse(text).Statement);
  return { ...input, json: JSON.stringify({ Version: "2012-10-17", Statement: [...sources, ...statements] }) };
}

function statementOf(statement: Json): Json {
  const { sid, effect, principals, actions, resources, conditions } = statement;
  return {
    ...(sid && { Sid: sid }),
    Effect: effect ?? "Allow",
    ...(principals?.length && { Principal: principalOf(principals) }),
    ...(actions?.length && { Action: oneOrAll(actions) }),
    ...(resources?.length && { Resource: oneOrAll(resources) }),
    ...(conditions?.length && { Condition: conditionOf(conditions) }),
  };
}

function principalOf(principals: { type: string; identifiers: string[] }[]): Json {
  if (principals.some(({ type }) => type === "*")) return "*";
  return Object.fromEntries(principals.map(({ type, identifiers }) => [type, oneOrAll(identifiers)]));
}

function conditionOf(conditions: { test: string; variable: string; values: string[] }[]): Json {
  const rendered: Record<string, Record<string, string | string[]>> = {};
  for (const { test, variable, values } of conditions)
    rendered[test] = { ...rendered[test], [variable]: oneOrAll(values) };
  return rendered;
}

function oneOrAll(values: string[]): string | string[] {
  return values.length === 1 && values[0] !== undefined ? values[0] : values;
}
