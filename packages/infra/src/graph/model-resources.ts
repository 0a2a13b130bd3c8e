import { profileOf } from "@sluice/core";
import { ACCOUNT } from "../evaluation/aws-answers.ts";

/**
 * The resources that IAM asks about when a job is created on a model or invokes it. A profile routes to its model in
 * several Regions; which model is behind one of the user's own is not in its ARN, so any is asked for.
 *
 * @param modelId a foundation-model id or ARN, a custom-model ARN, or an inference-profile id or ARN
 */
export function modelResources(modelId: string, region: string): string[] {
  const model = (id: string, where = region) => `arn:aws:bedrock:${where}::foundation-model/${id}`;
  if (modelId.includes(":application-inference-profile/")) return [modelId, model("any.model-v1:0", "eu-north-1")];
  const profile = profileOf(modelId);
  if (profile === undefined) return [modelId.startsWith("arn:") ? modelId : model(modelId)];
  const arn = modelId.startsWith("arn:")
    ? modelId
    : `arn:aws:bedrock:${region}:${ACCOUNT}:inference-profile/${modelId}`;
  return [arn, model(profile.model), model(profile.model, "eu-north-1")];
}
