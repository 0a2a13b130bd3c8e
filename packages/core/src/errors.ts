/** The object was deleted. */
export class ObjectMissing extends Error {
  constructor(readonly key: string) {
    super(`The object ${key} is not in the bucket. It was deleted or never written; drop the file again.`);
    this.name = "ObjectMissing";
  }
}

/** The object was overwritten while it was being read. */
export class ObjectChanged extends Error {
  constructor(readonly key: string) {
    super(`The object ${key} was overwritten while it was read. The newer content counts as a drop of its own.`);
    this.name = "ObjectChanged";
  }
}

/** A submission is to be planned or settled that was never put, or that something else deleted. */
export class SubmissionMissing extends Error {
  constructor(readonly submissionId: string) {
    super(`There is no submission ${submissionId} in the table. Put it before it is planned or settled.`);
    this.name = "SubmissionMissing";
  }
}

/** An item of the table is not what Sluice writes: nobody can tell what it is about, and it may hold nothing else up. */
export class ItemUnreadable extends Error {
  constructor(
    message: string,
    /** The model of a job, if that is left of it: it says whose quota the job's slot is of. */
    readonly modelId?: string,
  ) {
    super(message);
    this.name = "ItemUnreadable";
  }
}

/** The output of an ended job is not all there yet: try again later. On less it is settled once its time is over. */
export class OutputIncomplete extends Error {
  constructor(
    readonly jobId: string,
    what: string,
  ) {
    super(`The output of job ${jobId} is not complete: ${what}. It is read again later.`);
    this.name = "OutputIncomplete";
  }
}

/** The prepared input of a job is not the object that was planned: its records have to be known from elsewhere. */
export class InputLost extends Error {
  constructor(
    readonly jobId: string,
    what: string,
  ) {
    super(
      `The prepared input of job ${jobId} is lost: ${what}. Its records are taken from the dropped file, or from its output.`,
    );
    this.name = "InputLost";
  }
}
