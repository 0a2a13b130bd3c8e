/** When what is due at once is due: no clock's time, for the sender's may be ahead of the receiver's. */
export const AT_ONCE = 0;

/** The queues between the moves. Delivery is at least once; a message may come later than asked, never earlier. */
export interface Messages {
  /** Refill this lane at that time (epoch milliseconds, or `AT_ONCE`). */
  wake(lane: string, at: number): Promise<void>;
  /** Collect this job at that time (epoch milliseconds, or `AT_ONCE`). */
  collect(jobId: string, at: number): Promise<void>;
  /** Plan this object now. */
  plan(key: string): Promise<void>;
}
