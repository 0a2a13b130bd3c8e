import { laneGauges } from "@sluice/core";
import { lambda } from "./compose.ts";

/** The schedule's measurement of the lanes, for the alarms. */
export const handler = lambda(async (_event: unknown, { world, telemetry }) => {
  const gauges = await laneGauges(await world());
  if (gauges !== undefined) telemetry.gauge(gauges);
});
