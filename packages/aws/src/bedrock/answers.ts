import type { CreateAnswer, CreateRequest } from "@sluice/core";
import { accountAdvice } from "./account-problems.ts";

/** What the SDK throws before it asks AWS anything, for want of credentials, and what AWS says of those it does not take. */
const NO_CREDENTIALS = [
  ...["CredentialsProviderError", "TokenProviderError", "ExpiredToken", "ExpiredTokenException"],
  ...["UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch"],
];
/** Besides the status 429: the words of AWS's services for "too often". */
const THROTTLED = ["ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"];
/** What the SDK calls a connection that was cut, refused, or took too long. */
const NETWORK = ["AbortError", "TimeoutError", "RequestTimeout", "RequestTimeoutException", "NetworkingError"];

type Refusal = Exclude<CreateAnswer["kind"], "created">;

/** The kind of answer that an error of Create is; see the table "Create answers" in the design. */
function kindOf(error: unknown): Refusal {
  if (!(error instanceof Error)) return "odd";
  const status = statusOf(error);
  switch (error.name) {
    case "ServiceQuotaExceededException":
      return "quotaExceeded";
    case "ConflictException":
      return "conflict";
    case "ValidationException":
      return accountAdvice(error.message, "", "") === undefined ? "invalid" : "denied";
    // What is not found is the model, its profile or the role: the next job would fare no better.
    case "ResourceNotFoundException":
    case "AccessDeniedException":
      return "denied";
  }
  if (THROTTLED.includes(error.name) || status === 429) return "throttled";
  if (NETWORK.includes(error.name) || status >= 500 || isSystemError(error)) return "unknown";
  // Credentials that are missing, over, or not known: a person has to mend them, and no job is to blame.
  if (isAboutCredentials(error.name) || status === 401 || status === 403) return "denied";
  return "odd";
}

/** The HTTP status of the answer; 0 if there was none. */
function statusOf(error: Error & { $metadata?: { httpStatusCode?: number } }): number {
  return error.$metadata?.httpStatusCode ?? 0;
}

/** An error of the network below the SDK, such as ECONNREFUSED. */
function isSystemError(error: Error): boolean {
  return "code" in error && typeof error.code === "string" && /^E[A-Z0-9_]+$/.test(error.code);
}

/** Reads an error of CreateModelInvocationJob. */
export function answerOf(error: unknown, request: CreateRequest, roleArn: string): CreateAnswer {
  const kind = kindOf(error);
  const name = error instanceof Error ? error.name : "An unknown error";
  const said = error instanceof Error ? error.message : String(error);
  const advice = kind === "denied" ? deniedAdvice(name, said, request, roleArn) : adviceFor(kind, request, roleArn);
  return { kind, message: `${sentence(`${name}: ${said}`)} ${advice}` };
}

function adviceFor(kind: Exclude<Refusal, "denied">, request: CreateRequest, roleArn: string): string {
  const { modelId, jobName } = request;
  switch (kind) {
    case "quotaExceeded":
      return `The account has as many batch jobs of ${modelId} as its quota allows; the job waits until one ends. If that is often so, ask for more in Service Quotas.`;
    case "throttled":
      return "Bedrock was asked too often at once; the job waits and is tried again.";
    case "conflict":
      return `Bedrock has a job named ${jobName} already; it is looked up and taken over.`;
    case "invalid":
      return `Check the model id ${modelId}, the role ${roleArn} and the route's settings, and drop the file again.`;
    case "unknown":
      return `Whether ${jobName} was created is not known; it is looked up by its name before it is asked for again.`;
    case "odd":
      return `Sluice does not know this error; ${jobName} is looked up and asked for again a few times.`;
  }
}

/** What to do, and that nothing is lost meanwhile. */
function deniedAdvice(name: string, said: string, { modelId }: CreateRequest, roleArn: string): string {
  const advice = isAboutCredentials(name)
    ? "Give Sluice valid credentials of the account, and look at the clock of the machine."
    : (accountAdvice(said, modelId, roleArn) ??
      (name === "ResourceNotFoundException" ? missingAdvice(modelId, roleArn) : grantAdvice(said, modelId, roleArn)));
  return `${advice} The jobs of the model wait, and it is tried again by itself.`;
}

function isAboutCredentials(name: string): boolean {
  return NO_CREDENTIALS.includes(name);
}

function missingAdvice(modelId: string, roleArn: string): string {
  return `Check that the model ${modelId} and the role ${roleArn} exist in this account and Region, and mend the settings.`;
}

/** What to grant. AWS names the missing action in most of its messages; where it does not, all that may be missing is named. */
function grantAdvice(said: string, modelId: string, roleArn: string): string {
  const action = /\b(?:iam|bedrock|kms|s3|sts):[A-Za-z]+/.exec(said)?.[0];
  const passRole = `iam:PassRole on ${roleArn} with the condition iam:PassedToService = bedrock.amazonaws.com`;
  const create = `bedrock:CreateModelInvocationJob on ${modelId} and on model-invocation-job/*`;
  const access = `access to the model ${modelId} in this account and Region (Bedrock console, Model access)`;
  if (action === "iam:PassRole") return `Grant Sluice's functions ${passRole}.`;
  if (action === "bedrock:CreateModelInvocationJob") return `Grant Sluice's functions ${create}.`;
  if (action !== undefined) return `Grant Sluice's functions ${action}.`;
  return `One of these is missing: ${create}; ${passRole}; ${access}; valid credentials.`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
