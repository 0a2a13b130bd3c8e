import { modelName } from "../model/model-name.ts";

/** A cross-Region profile's id is a geography before the model's id. AWS's table of profiles, read 2026. */
const GEOGRAPHY = /^(?:us|us-gov|eu|apac|jp|au|ca|sa|global)(?=\..)/;

/** What a job may be created on, by ARN; the API's own pattern for `modelId` has no other kinds. */
const ARN =
  /^arn:aws[a-z-]*:bedrock:[a-z0-9-]+:(?::foundation-model|\d{12}:(?:custom-model|inference-profile|application-inference-profile))\/[A-Za-z0-9.:/-]+$/;
/** A maker before a model's name. */
const ID = /^[a-z0-9-]+\.[a-z0-9.:-]+$/;
/** What an application inference profile is called where its whole ARN is not given. */
const PROFILE = /^[a-z0-9]{12}$/;
/** A context length behind the version is an id for Provisioned Throughput, which batch inference does not take. */
const PROVISIONED = /:(?:\d+k|mm)$/;

/**
 * The geography and the model of a cross-Region profile, by id or ARN; undefined for everything else: the ARN of a custom
 * model or of a profile of the user's own ends with letters and digits.
 */
export function profileOf(modelId: string): { geography: string; model: string } | undefined {
  const name = modelName(modelId);
  const geography = GEOGRAPHY.exec(name)?.[0];
  return geography === undefined ? undefined : { geography, model: name.slice(geography.length + 1) };
}

/**
 * The model whose quota a job counts against. A model, its ARN and its cross-Region profiles draw on one quota; a custom
 * model has its own, and what is behind a profile of the user's own is not in its name.
 */
export function baseModel(modelId: string): string {
  return profileOf(modelId)?.model ?? (modelId.includes("::foundation-model/") ? modelName(modelId) : modelId);
}

/** Why Bedrock never creates a job on a model of this id, and what to write instead; undefined if it may. */
export function faultOfModelId(modelId: string): string | undefined {
  if (modelId.startsWith("arn:")) {
    if (!ARN.test(modelId))
      return `${modelId} is no ARN that batch inference takes: only those of foundation models, custom models and inference profiles in Amazon Bedrock are`;
    return undefined;
  }
  if (PROVISIONED.test(modelId))
    return `${modelId} is an id for Provisioned Throughput; batch inference takes the one without the last part, ${modelId.replace(PROVISIONED, "")}`;
  if (ID.test(modelId) || PROFILE.test(modelId)) return undefined;
  return `${modelId} is no model id of Amazon Bedrock; those are a maker, a point and a name in small letters, such as amazon.nova-lite-v1:0`;
}
