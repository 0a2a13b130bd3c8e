import { ElectroError } from "electrodb";

/**
 * The fault as the AWS SDK threw it. ElectroDB wraps each in an error of its own, with the SDK's as the cause; whoever
 * decides on a retry knows the SDK's names. The raw answer loses its body, which the SDK has read already: printed, it
 * is 36 kB of sockets.
 */
function plainFault(error: unknown): unknown {
  const cause = error instanceof ElectroError ? error.cause : error;
  if (!(cause instanceof Error)) return error;
  const { $response: answer } = cause as { $response?: unknown };
  if (typeof answer === "object" && answer !== null) Object.assign(answer, { body: undefined });
  return cause;
}

/** The same operations, of which each throws the SDK's own faults. */
export function withPlainFaults<T extends Record<keyof T, (...given: never[]) => Promise<unknown>>>(operations: T): T {
  const wrapped = Object.entries<(...given: never[]) => Promise<unknown>>(operations).map(([name, operation]) => [
    name,
    async (...given: never[]) => {
      try {
        return await operation(...given);
      } catch (error) {
        throw plainFault(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}
