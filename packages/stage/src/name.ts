import { STAGE } from "@sluice/core";

/** The app's name in sst.config.ts. Another team in the same account gives its clone another one. */
export const APP = "sluice";

/** So short that the longest name, the one of Bedrock's role, stays within IAM's 64 characters in every Region. */
const APP_NAME = /^[a-z][a-z0-9-]{0,11}$/;
/** What Parameter Store keeps for AWS. */
const RESERVED = /^(?:aws|ssm)/;

/** The app's or the stage's name cannot be used. */
export class StageNameInvalid extends Error {
  override name = "StageNameInvalid";
}

/** Refuses names that would make names which AWS does not take. Throws `StageNameInvalid`. */
export function checkStageName(app: string, stage: string): void {
  if (!APP_NAME.test(app) || RESERVED.test(app))
    throw new StageNameInvalid(
      `The app ${JSON.stringify(app)} cannot be deployed: its name is 1 to 12 lower-case letters, digits and -, begins with a letter, and not with aws or ssm, because it is part of the names of what it makes. Change APP in packages/stage/src/name.ts.`,
    );
  if (!STAGE.test(stage))
    throw new StageNameInvalid(
      `The stage ${JSON.stringify(stage)} cannot be deployed: a stage's name is 1 to 28 lower-case letters, digits and -, beginning with a letter or digit, because it is part of every job's name in Bedrock. Deploy with --stage and such a name.`,
    );
}
