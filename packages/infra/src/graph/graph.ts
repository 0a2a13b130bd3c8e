import type { Evaluation, Resource } from "../evaluation/evaluate.ts";
import type { Json } from "../evaluation/json.ts";

/** The stage is not built as whoever looks at it believes. */
class GraphUnexpected extends Error {
  override name = "GraphUnexpected";
}

/** What a deploy would create, found by type, name and ARN. */
export class Graph {
  readonly evaluation: Evaluation;

  constructor(evaluation: Evaluation) {
    this.evaluation = evaluation;
  }

  get resources(): readonly Resource[] {
    return this.evaluation.resources;
  }

  /** Everything of a type such as `aws:sqs/queue:Queue`. */
  of(type: string): Resource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The one resource of a type and logical name. Throws `GraphUnexpected` if it is not exactly one. */
  one(type: string, name: string | RegExp): Resource {
    const found = this.of(type).filter((one) => (typeof name === "string" ? one.name === name : name.test(one.name)));
    const [first] = found;
    if (first === undefined || found.length > 1)
      throw new GraphUnexpected(`There are ${found.length} resources ${type} named ${name}, and not one.`);
    return first;
  }

  /** The resource of an ARN. Throws `GraphUnexpected` if there is none. */
  byArn(type: string, arn: string): Resource {
    const found = this.of(type).find(({ state }) => state.arn === arn);
    if (found === undefined) throw new GraphUnexpected(`There is no ${type} with the ARN ${arn}.`);
    return found;
  }

  get functions(): Resource[] {
    return this.of("aws:lambda/function:Function");
  }

  /** A function by the name that the stacks give it, such as `Plan`. */
  fn(name: string): Resource {
    return this.one("aws:lambda/function:Function", `${name}Function`);
  }

  get queues(): Resource[] {
    return this.of("aws:sqs/queue:Queue");
  }

  queue(name: string): Resource {
    return this.one("aws:sqs/queue:Queue", `${name}Queue`);
  }

  /** The variables of a function. */
  environment(fn: Resource): Record<string, string> {
    return fn.inputs.environment.variables;
  }

  /** Every policy document of a role: those within it, and those beside it. */
  policies(role: Resource): Json[] {
    const inline = (role.inputs.inlinePolicies ?? []).map(({ policy }: Json) => documentOf(policy));
    const attached = this.of("aws:iam/rolePolicy:RolePolicy").filter(({ inputs }) => inputs.role === role.state.name);
    return [...inline, ...attached.map(({ inputs }) => documentOf(inputs.policy))];
  }

  /** The role that a function runs with. */
  roleOf(fn: Resource): Resource {
    return this.byArn("aws:iam/role:Role", fn.inputs.role);
  }
}

/** A policy or pattern that may still be text. */
export function documentOf(value: Json): Json {
  return typeof value === "string" ? JSON.parse(value) : value;
}
