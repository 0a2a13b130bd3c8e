/** Where the stage is deployed to, as AWS tells it. */
export const account = aws.getCallerIdentityOutput({}).accountId;
export const region = aws.getRegionOutput({}).region;
export const partition = aws.getPartitionOutput({}).partition;

export const isProduction = $app.stage === "production";
