import { stageParameterName } from "../packages/stage/src/outputs/outputs.ts";
import { stageOutputs } from "./function.ts";
import { region } from "./place.ts";
import { bucket } from "./storage.ts";
import { table } from "./table.ts";

/** Where `sluice --stage` finds the stage. */
new aws.ssm.Parameter("Outputs", {
  name: stageParameterName($app.name, $app.stage),
  description: "What Sluice's stage is made of, for its CLI",
  type: "String",
  value: $jsonStringify(stageOutputs),
});

const consoleUrl = `https://${region}.console.aws.amazon.com`;
export const consoleLinks = {
  drops: $interpolate`${consoleUrl}/s3/buckets/${bucket.name}?prefix=to-process/`,
  jobs: `${consoleUrl}/bedrock/home?region=${region}#/batch-inference`,
  lanes: $interpolate`${consoleUrl}/dynamodbv2/home?region=${region}#item-explorer?table=${table.name}`,
};

export const nextSteps = $interpolate`aws s3 cp your-file.jsonl s3://${bucket.name}/to-process/ — then watch: npx -y pnpm@12 sluice --stage ${$app.stage} ls`;
