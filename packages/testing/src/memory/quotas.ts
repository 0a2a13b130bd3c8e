import type { Quotas } from "@sluice/core";

/** Quotas that a test sets, and can make unreadable. */
export class MemoryQuotas implements Quotas {
  readonly values = new Map<string, number>();
  /** Set, it is thrown at whoever asks. */
  fault: Error | undefined;
  /** The codes that were asked for, in order. */
  readonly asked: string[] = [];

  async limitOf(quotaCode: string): Promise<number | undefined> {
    this.asked.push(quotaCode);
    if (this.fault !== undefined) throw this.fault;
    return this.values.get(quotaCode);
  }
}
