/** How Bedrock reads `modelInput`: as the model's own request body, or as a Converse request. */
export type InvocationType = "InvokeModel" | "Converse";
