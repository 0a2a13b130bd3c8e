import { expect, test } from "vitest";
import type { EndedStatus } from "../job/status.ts";
import { jobError, modelError } from "./record-error.ts";
import { ARN, aJob, jobId } from "./settle-stories.ts";

const COMPANY = "A dropped file needs as many records as its lane's minRecords.";

test.each<[EndedStatus, string, string]>([
  ["Completed", "NotProcessed", "completed without an answer to this record. Drop this line again as it is."],
  [
    "PartiallyCompleted",
    "NotProcessed",
    "ran out of time before it came to this record. Drop this line again as it is.",
  ],
  ["Failed", "JobFailed", "failed. Mend the cause, then drop this line again as it is."],
  [
    "Expired",
    "JobExpired",
    "expired before it came to this record. Drop this line again as it is, with a longer timeoutHours on its route if Bedrock is that busy.",
  ],
  [
    "Stopped",
    "JobStopped",
    "was stopped before it came to this record. Drop this line again as it is if it is still wanted.",
  ],
])(
  "a record that a job which ended as %s left without output is told what happened and what to do",
  (status, code, words) => {
    const error = { code, message: `Job ${jobId} (${ARN}) ${words} ${COMPANY}`, source: "job" };
    expect(jobError({ ...aJob, status })).toStrictEqual(error);
  },
);

test("a refused record's status is Bedrock's code, if that is a number, and a name in its place stands in the words", () => {
  const words = { code: "ModelError", message: "No.", source: "model" };
  for (const errorCode of [400, "400"])
    expect(modelError({ errorCode, errorMessage: "No." })).toStrictEqual({ ...words, status: 400 });
  for (const errorCode of [null, undefined, ""])
    expect(modelError({ errorCode, errorMessage: "No." })).toStrictEqual(words);
  expect(modelError({ code: "Throttled", message: "No." })).toStrictEqual({ ...words, message: "Throttled: No." });
  expect(modelError({ type: "No." })).toStrictEqual(words);
  expect(modelError({ code: "No", message: "No." })).toStrictEqual(words);
});

test.each([[null], [undefined], [""], [{}], [7], [{ message: "" }], [{ error: {} }]])(
  "an error of %j has our words",
  (error) => {
    expect(modelError(error).message).toMatch(/neither a modelOutput nor an error message\. Drop this line again/);
  },
);
