import * as z from "zod";

/** When the message is due, in epoch milliseconds; whoever gets it earlier sends it again. */
const at = z.number();

/** Refill this lane. */
export const wakeMessage = z.object({ lane: z.string().min(1), at });
/** Collect this job. */
export const collectMessage = z.object({ jobId: z.string().min(1), at });
/** Plan this object; S3's own notifications arrive on the same queue. */
export const planMessage = z.object({ key: z.string().min(1) });

export type WakeMessage = z.output<typeof wakeMessage>;
export type CollectMessage = z.output<typeof collectMessage>;
export type PlanMessage = z.output<typeof planMessage>;
