/** A model's id without what an ARN puts before it: the form in which ids, ARNs and events can be compared. */
export function modelName(modelId: string): string {
  return modelId.startsWith("arn:") ? modelId.slice(modelId.lastIndexOf("/") + 1) : modelId;
}
