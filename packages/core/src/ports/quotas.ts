/** The account's quotas. */
export interface Quotas {
  /** A quota's value now; undefined if there is none of this code. Throws where it cannot be read. */
  limitOf(quotaCode: string): Promise<number | undefined>;
}
