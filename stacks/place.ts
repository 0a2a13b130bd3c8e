import { stagePath } from "../packages/stage/src/outputs/outputs.ts";

/** Where the stage is deployed to, as AWS tells it. */
export const { accountId: account } = await aws.getCallerIdentity({});
export const { region } = await aws.getRegion({});
export const { partition } = await aws.getPartition({});

/** What the names of the stage's things begin with: other apps of the account may have a stage of the same name. */
export const prefix = `${$app.name}-${$app.stage}`;

export const isProduction = $app.stage === "production";

/** What the last deploy said of the stage; undefined if there was none. */
const { names, values } = await aws.ssm.getParametersByPath({ path: stagePath($app.name, $app.stage) });
export const lastOutputs = values[names.findIndex((name) => name.endsWith("/outputs"))];
