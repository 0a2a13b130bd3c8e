/** Where a stage lives. */
export interface Place {
  partition: string;
  region: string;
  account: string;
}

/** A cross-Region profile's id is a geography before the model's id. */
const PROFILE_ID = /^(?:us|us-gov|eu|apac|jp|au|ca|sa|global)\.(.+)$/;
const APPLICATION_PROFILE = ":application-inference-profile/";
const SYSTEM_PROFILE = ":inference-profile/";

/** The ARNs that stand for a model in policies. */
export interface ModelResources {
  /** What a job may be created on: the model itself, or the profile and the models that it routes to. */
  create: string[];
  /** What the service role must be allowed to invoke; empty for a model that is used directly. */
  invoke: string[];
}

/**
 * The resources of a model in IAM policies. A profile routes to its model in several Regions, and to a global one
 * whose ARN has no Region: the wildcard stands for both.
 *
 * @param modelId a foundation-model id or ARN, a custom-model ARN, or an inference-profile id or ARN
 */
export function modelResources(modelId: string, { partition, region, account }: Place): ModelResources {
  const anywhere = (model: string) => `arn:${partition}:bedrock:*::foundation-model/${model}`;
  if (modelId.includes(APPLICATION_PROFILE)) {
    // Which model it routes to is not in its ARN.
    const both = [modelId, anywhere("*")];
    return { create: both, invoke: both };
  }
  const id = modelId.includes(SYSTEM_PROFILE) ? modelId.slice(modelId.lastIndexOf("/") + 1) : modelId;
  const model = modelId.startsWith("arn:") && id === modelId ? undefined : PROFILE_ID.exec(id)?.[1];
  if (model !== undefined) {
    const profile = id === modelId ? `arn:${partition}:bedrock:${region}:${account}:inference-profile/${id}` : modelId;
    return { create: [profile, anywhere(model)], invoke: [profile, anywhere(model)] };
  }
  if (modelId.startsWith("arn:")) return { create: [modelId], invoke: [] };
  return { create: [`arn:${partition}:bedrock:${region}::foundation-model/${modelId}`], invoke: [] };
}

/** The resources of several models together, each once, in a fixed order: a policy must not change from run to run. */
export function resourcesOfModels(models: readonly string[], place: Place): ModelResources {
  const all = models.map((model) => modelResources(model, place));
  const distinct = (lists: string[][]) => [...new Set(lists.flat())].sort();
  return { create: distinct(all.map(({ create }) => create)), invoke: distinct(all.map(({ invoke }) => invoke)) };
}
