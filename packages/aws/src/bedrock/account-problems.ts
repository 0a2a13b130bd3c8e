import type { CreateRequest } from "@sluice/core";

/** What a row's advice may name. */
interface Asked {
  modelId: CreateRequest["modelId"];
  roleArn: string;
}

/** A refusal that is the account's, the model's or the settings': no job is to blame, and a person has to mend it. */
interface AccountProblem {
  /** What AWS's words are known by; its error names alone tell nothing. */
  said: RegExp;
  advice(asked: Asked): string;
}

const elsewhere =
  "Name another model in the settings, a newer model of its family or its successor, and drop the files again; stop what waits for this one.";

/** The first row that fits counts. The words are those of AWS's user guides and of public reports. */
const problems: readonly AccountProblem[] = [
  {
    said: /use.?case/i,
    advice: ({ modelId }) =>
      `The account's use case for ${modelId} is not known to its provider: fill in the use case form (Bedrock console, Model access). It counts after about 15 minutes.`,
  },
  {
    said: /aws-marketplace:|marketplace subscription/i,
    advice: ({ modelId }) =>
      `${modelId} is sold through AWS Marketplace: somebody with aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions has to invoke it once in this account, or grant Sluice's functions both.`,
  },
  { said: /\blegacy\b/i, advice: ({ modelId }) => `${modelId} is a Legacy model. ${elsewhere}` },
  { said: /end of (?:its |their )?life/i, advice: ({ modelId }) => `${modelId} is no longer offered. ${elsewhere}` },
  {
    said: /batch inference is not supported|not supported for batch/i,
    advice: ({ modelId }) =>
      `${modelId} takes no batch jobs in this Region: name the inference profile of the model, or a model that takes them here, in the settings, or deploy the stage in a Region that does.`,
  },
  {
    said: /operation not allowed/i,
    advice: () =>
      "AWS keeps this account from batch inference, as it does with many new ones: look at the account's batch quotas in Service Quotas, and where they are 0 or nothing explains it, open a case with AWS Support.",
  },
  {
    said: /on-demand throughput/i,
    advice: ({ modelId }) =>
      `Name the inference profile that contains ${modelId} (such as us.${modelId.slice(modelId.lastIndexOf("/") + 1)}) in the lane's models and in the routes of the settings, and drop the files again.`,
  },
  {
    said: /cannot be assumed|not able to assume|unable to assume|trust policy|assume (?:the )?role/i,
    advice: ({ roleArn }) =>
      `Let bedrock.amazonaws.com assume the role ${roleArn}: its trust policy must name that service, this account (aws:SourceAccount) and the ARN of batch jobs (aws:SourceArn).`,
  },
  {
    said: /model identifier is invalid|could not (?:resolve|find) the (?:foundation )?model|model .*(?:not found|does not exist)/i,
    advice: ({ modelId }) =>
      `Look the id ${modelId} up in the Bedrock console of this Region, mend it in the settings (lanes' models and routes), and drop the files again.`,
  },
];

/** What to do about a refusal of Create that is the account's; undefined where its words name no such thing. */
export function accountAdvice(said: string, modelId: string, roleArn: string): string | undefined {
  return problems.find((problem) => problem.said.test(said))?.advice({ modelId, roleArn });
}
