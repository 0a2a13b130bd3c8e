/** The queues between the moves. Delivery is at least once; a message may come later than asked, never earlier. */
export interface Messages {
  /** Refill this lane at that time (epoch milliseconds). */
  wake(lane: string, at: number): Promise<void>;
  /** Collect this job at that time (epoch milliseconds). */
  collect(jobId: string, at: number): Promise<void>;
  /** Plan this object now. */
  plan(key: string): Promise<void>;
}
