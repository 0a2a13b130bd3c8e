import { documentOf, type Graph } from "../graph/graph.ts";
import { allowing, type Statement, statementsOf, type Wanted } from "../graph/policy.ts";

/** Something that a principal did or was refused. */
export interface Recorded extends Wanted {
  /** The logical name of the role, such as `PlanRole`, or of the service, such as `s3.amazonaws.com`. */
  who: string;
  allowed: boolean;
}

/** One action on one resource pattern of a role's policies. */
export interface Grant {
  role: string;
  action: string;
  resource: string;
}

/** IAM as the graph's policies make it: records who asks for what, and answers whether they may. */
export class Guard {
  readonly recorded: Recorded[] = [];
  readonly #graph: Graph;
  readonly #byRole = new Map<string, Statement[]>();
  readonly #used = new Set<string>();
  readonly #refused = new Set<string>();

  constructor(graph: Graph) {
    this.#graph = graph;
    for (const role of graph.of("aws:iam/role:Role")) this.#byRole.set(role.name, statementsOf(graph.policies(role)));
  }

  /** Takes a right from a user, such as `s3:PutObject`. */
  refuse(user: string, action: string): void {
    this.#refused.add(`${user} ${action}`);
  }

  /**
   * Whether a role of the stage may do this. Someone who has no role in the stage is a user, and may do anything but
   * what was refused.
   */
  may(who: string, wanted: Wanted): boolean {
    const statements = this.#byRole.get(who);
    if (statements === undefined) return !this.#refused.has(`${who} ${wanted.action}`);
    const fitting = allowing(statements, wanted);
    for (const statement of fitting) this.#use(who, statement, wanted);
    this.recorded.push({ ...wanted, who, allowed: fitting.length > 0 });
    return fitting.length > 0;
  }

  /** Whether a queue's policy lets a service send to it on behalf of a resource. */
  serviceMaySend(service: string, queueArn: string, context: Record<string, string>): boolean {
    const queue = this.#graph.byArn("aws:sqs/queue:Queue", queueArn);
    const documents = this.#graph
      .of("aws:sqs/queuePolicy:QueuePolicy")
      .filter(({ inputs }) => inputs.queueUrl === queue.state.url)
      .map(({ inputs }) => documentOf(inputs.policy));
    const forService = documents.map(({ Statement: all }) => ({
      Statement: [all].flat().filter(({ Principal }) => [Principal?.Service].flat().includes(service)),
    }));
    const wanted = { action: "sqs:SendMessage", resource: queueArn, context };
    const allowed = allowing(statementsOf(forService), wanted).length > 0;
    this.recorded.push({ ...wanted, who: service, allowed });
    return allowed;
  }

  get denied(): Recorded[] {
    return this.recorded.filter(({ allowed }) => !allowed);
  }

  /** Every grant of every role. */
  get grants(): Grant[] {
    return [...this.#byRole].flatMap(([role, statements]) =>
      statements.flatMap(({ Action, Resource }) =>
        Action.flatMap((action) => Resource.map((resource) => ({ role, action, resource }))),
      ),
    );
  }

  /** The grants that nothing has needed so far. */
  get unused(): Grant[] {
    return this.grants.filter((grant) => !this.#used.has(keyOf(grant)));
  }

  #use(role: string, { Action, Resource, Effect }: Statement, wanted: Wanted): void {
    for (const action of Action)
      for (const resource of Resource) {
        const single = { Effect, Action: [action], Resource: [resource], Condition: {} };
        if (allowing([single], wanted).length > 0) this.#used.add(keyOf({ role, action, resource }));
      }
  }
}

function keyOf({ role, action, resource }: Grant): string {
  return `${role} ${action} ${resource}`;
}
