import type { Json } from "../evaluation/json.ts";

/** Something that a role wants to do. */
export interface Wanted {
  /** Such as `s3:GetObject`. */
  action: string;
  resource: string;
  /** The condition keys that AWS fills in, such as `iam:PassedToService`. */
  context?: Readonly<Record<string, string>>;
}

export interface Statement {
  Effect: "Allow" | "Deny";
  Action: string[];
  Resource: string[];
  Condition: Record<string, Record<string, string[]>>;
}

/** The statements of policy documents, each list written out. */
export function statementsOf(documents: readonly Json[]): Statement[] {
  return documents.flatMap(({ Statement }) =>
    [Statement].flat().map((one: Json) => ({
      Effect: one.Effect,
      Action: [one.Action].flat(),
      Resource: [one.Resource ?? []].flat(),
      Condition: Object.fromEntries(
        Object.entries<Json>(one.Condition ?? {}).map(([test, keys]) => [
          test,
          Object.fromEntries(Object.entries<Json>(keys).map(([key, values]) => [key, [values].flat()])),
        ]),
      ),
    })),
  );
}

/** The statements that allow it; none if it is denied. IAM's rules for the identity policies of one account. */
export function allowing(statements: readonly Statement[], wanted: Wanted): Statement[] {
  const fitting = statements.filter((statement) => fits(statement, wanted));
  return fitting.some(({ Effect }) => Effect === "Deny") ? [] : fitting;
}

function fits({ Action, Resource, Condition }: Statement, { action, resource, context = {} }: Wanted): boolean {
  return (
    Action.some((pattern) => isLike(pattern.toLowerCase(), action.toLowerCase())) &&
    Resource.some((pattern) => isLike(pattern, resource)) &&
    Object.entries(Condition).every(([test, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(test, context[key], values)),
    )
  );
}

/** A condition on a key that the call does not carry never holds, as in IAM. */
function holds(test: string, found: string | undefined, values: readonly string[]): boolean {
  if (found === undefined) return false;
  switch (test) {
    case "StringEquals":
      return values.includes(found);
    case "StringLike":
    case "ArnLike":
    case "ArnEquals":
      return values.some((pattern) => isLike(pattern, found));
    default:
      throw new Error(`The condition ${test} is not known here: add it to policy.ts.`);
  }
}

/** `*` stands for any characters, `?` for one. */
function isLike(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}
