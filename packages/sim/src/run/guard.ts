import type { BatchService, Store } from "@sluice/core";
import { seePorts } from "@sluice/testing";

/** Is told of every call that takes effect at one of the ports. */
export type Observe = (port: string, method: string, args: readonly unknown[]) => void;

/** Who is told what happens at a port. */
export interface Watch {
  observe: Observe;
  broken(error: unknown): void;
}

/** The same port; a promise that it finds broken ends the run, whatever the caller makes of the exception. */
export function guarded<T extends object>(name: string, port: T, { observe, broken }: Watch): T {
  return new Proxy(port, {
    get: (target, method) => {
      const member: unknown = Reflect.get(target, method, target);
      if (typeof member !== "function") return member;
      // These two give something at once, and only what they give does the work.
      if (method === "read" || method === "writer") return member.bind(target);
      return async (...args: unknown[]) => {
        observe(name, String(method), args);
        try {
          return await member.apply(target, args);
        } catch (error) {
          if (error instanceof Error && error.name === "Violation") broken(error);
          throw error;
        }
      };
    },
  });
}

/** The same store; of its ports' methods is told as `jobs.takeClaim`. */
export function guardedStore(store: Store, { observe, broken }: Watch): Store {
  return seePorts(store, (port, group) =>
    guarded("store", port, { observe: (name, method, args) => observe(name, `${group}.${method}`, args), broken }),
  );
}

/** The same Bedrock, in which a check comes before every Create. */
export function guardedCreate(
  batch: BatchService,
  check: (modelId: string) => Promise<void>,
  broken: (error: unknown) => void,
): BatchService {
  return {
    create: async (request) => {
      await check(request.modelId).catch(broken);
      return batch.create(request);
    },
    get: (arn) => batch.get(arn),
    findByName: (jobName) => batch.findByName(jobName),
    list: (nameContains, since, cursor) => batch.list(nameContains, since, cursor),
  };
}
