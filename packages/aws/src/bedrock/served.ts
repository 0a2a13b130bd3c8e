/** Where the answer as it came is at hand. */
const ONCE_ANSWERED = { step: "deserialize", name: "served", priority: "high" } as const;

type Next<Args, Answered> = (args: Args) => Promise<Answered>;

/** When Bedrock answered a command, by its own clock: the `Date` of its answer, in whole seconds. */
export class Served {
  #at = Number.NaN;

  /** The middleware that notes it, and where in the command's stack it stands. */
  readonly middleware = [
    <Args, Answered extends { response: unknown }>(next: Next<Args, Answered>): Next<Args, Answered> =>
      async (args) => {
        const answered = await next(args);
        const { headers } = answered.response as { headers?: Record<string, string> };
        this.#at = Date.parse(headers?.["date"] ?? "");
        return answered;
      },
    ONCE_ANSWERED,
  ] as const;

  /** Epoch milliseconds, once the command was answered; this machine's time where the answer has none. */
  get at(): number {
    return Number.isNaN(this.#at) ? Date.now() : this.#at;
  }
}
