import { STAGE } from "@sluice/core";

/** The stage's name cannot be used. */
export class StageNameInvalid extends Error {
  constructor(stage: string) {
    super(
      `The stage ${JSON.stringify(stage)} cannot be deployed: a stage's name is 1 to 28 lower-case letters, digits and -, beginning with a letter or digit, because it is part of every job's name in Bedrock. Deploy with --stage and such a name.`,
    );
    this.name = "StageNameInvalid";
  }
}

/** Refuses a stage's name that would make names which Bedrock does not take. Throws `StageNameInvalid`. */
export function checkStageName(stage: string): void {
  if (!STAGE.test(stage)) throw new StageNameInvalid(stage);
}
