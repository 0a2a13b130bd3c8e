import { baseModel, profileOf } from "@sluice/core";

/** Where a model offers batch inference, and by what id. */
interface BatchModel {
  id: string;
  /** Regions that take the model's own id. */
  direct: readonly string[];
  /** Regions that take it by the cross-Region profile of a geography. */
  profiles: Readonly<Record<string, readonly string[]>>;
}

const US = ["us-east-1", "us-east-2", "us-west-2"];
const EU = ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"];
const APAC = ["ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"];
/** Commercial Regions with Bedrock that no narrower profile of Claude Haiku 4.5 serves. */
const ELSEWHERE = ["ap-northeast-2", "ap-south-1", "ap-southeast-1", "ca-central-1", "eu-west-2", "sa-east-1"];

/**
 * Models by the names that stacks/settings.ts has for them. Regions of the Amazon models: the Bedrock guide, "Supported
 * Regions and models for batch inference", read 2026. Claude Haiku 4.5 has no Region of its own: profiles and their
 * Regions are those of its model card, read 2026-11; that the global profile runs batches is from AWS's announcement of
 * global cross-Region inference. A Region that is missing here may offer a model all the same: its id can be written.
 */
const MODELS = {
  "claude-haiku-4-5": {
    id: "anthropic.claude-haiku-4-5-20251001-v1:0",
    direct: [],
    profiles: {
      us: US,
      eu: [...EU, "eu-central-2"],
      jp: ["ap-northeast-1", "ap-northeast-3"],
      au: ["ap-southeast-2", "ap-southeast-4"],
      global: ELSEWHERE,
    },
  },
  "nova-lite": nova("lite"),
  "nova-micro": nova("micro"),
  "nova-pro": nova("pro"),
  "titan-embed-text": {
    id: "amazon.titan-embed-text-v2:0",
    direct: ["us-east-1", "us-west-2", "ap-northeast-2", "ca-central-1", "eu-central-1", "eu-west-2", "sa-east-1"],
    profiles: {},
  },
} as const satisfies Readonly<Record<string, BatchModel>>;

function nova(size: "micro" | "lite" | "pro"): BatchModel {
  return {
    id: `amazon.nova-${size}-v1:0`,
    direct: ["us-east-1", "us-gov-west-1"],
    profiles: { us: US, eu: EU, apac: APAC },
  };
}

const models: Readonly<Record<keyof typeof MODELS, BatchModel>> = MODELS;

/** The Regions in which a model of the table is known to offer batch inference. */
export const BATCH_REGIONS: readonly string[] = [
  ...new Set(Object.values(models).flatMap(({ direct, profiles }) => [...direct, ...Object.values(profiles).flat()])),
].sort();

/**
 * The id by which a model runs batches in a Region: its own where it has one there, or that of the profile. Undefined
 * where the model is not known to offer batch inference.
 */
export function batchModel(name: keyof typeof MODELS, region: string): string | undefined {
  const { id, direct, profiles } = models[name];
  if (direct.includes(region)) return id;
  const geography = Object.keys(profiles).find((one) => profiles[one]?.includes(region));
  return geography === undefined ? undefined : `${geography}.${id}`;
}

/** Geographies whose profiles no Region with this beginning has. A `global` one may be anywhere. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  "us-gov-": ["us", "eu", "apac", "jp", "au", "ca", "sa", "global"],
  "us-": ["us-gov", "eu", "apac", "jp", "au"],
  "eu-": ["us", "us-gov", "apac", "jp", "au", "ca", "sa"],
  "ap-": ["us", "us-gov", "eu", "ca", "sa"],
};

/** Why no batch job can be created on a model from a Region, and what to write instead; undefined if it may be. */
export function faultInRegion(modelId: string, region: string): string | undefined {
  const named = /^arn:[^:]+:bedrock:([^:]+):/.exec(modelId)?.[1];
  if (named !== undefined && named !== region)
    return `${modelId} is a model of ${named}, and the stage is in ${region}: a job's model is in its own Region`;
  const profile = profileOf(modelId);
  const [, foreign = []] = Object.entries(FOREIGN).find(([beginning]) => region.startsWith(beginning)) ?? [];
  if (profile !== undefined && foreign.includes(profile.geography))
    return `${modelId} is a profile of other Regions than ${region}${instead(modelId, region)}`;
  const known = Object.values(models).find(({ id }) => id === modelId);
  if (known !== undefined && known.direct.length === 0)
    return `${modelId} is offered by inference profiles only${instead(modelId, region)}`;
  return undefined;
}

function instead(modelId: string, region: string): string {
  const name = (Object.keys(models) as (keyof typeof MODELS)[]).find((one) => models[one].id === baseModel(modelId));
  const id = name === undefined ? undefined : batchModel(name, region);
  return id === undefined ? "; look its id up in the Bedrock console of that Region" : `; write ${id}`;
}
