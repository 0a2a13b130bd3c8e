/** Which promise of the design was broken; `settled` is what must hold when all faults are over. */
export type Promised =
  | "1: the limit"
  | "2: no idle slot"
  | "3: every record once"
  | "4: paid once"
  | "5: forward only"
  | "6: nothing deleted"
  | "a blocked lane waits"
  | "all settled"
  | "said once"
  | "the run ends";

/** A promise of the design was broken. */
export class Violation extends Error {
  constructor(
    readonly promise: Promised,
    message: string,
  ) {
    super(message);
    this.name = "Violation";
  }
}
