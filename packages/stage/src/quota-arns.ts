import type { LaneSettings } from "@sluice/core";
import type { Place } from "./model-arns.ts";

/** The ARNs of the quotas that lanes take their limits from, each once, in a fixed order; empty if none does. */
export function quotaArns(lanes: readonly LaneSettings[], { partition, region, account }: Place): string[] {
  const codes = lanes.flatMap(({ limit }) => (typeof limit === "number" ? [] : [limit.quota]));
  return [...new Set(codes)]
    .sort()
    .map((code) => `arn:${partition}:servicequotas:${region}:${account}:bedrock/${code}`);
}
