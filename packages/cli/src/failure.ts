/** What the process tells whoever started it. */
export const EXIT = { ok: 0, failed: 1, wrongUse: 2, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something went wrong that the user can do something about: what happened, to what, and what to do next. */
export class Failure extends Error {
  constructor(
    /** A short name in CamelCase, for scripts. */
    readonly code: string,
    message: string,
    /** What to do next. */
    readonly next?: string,
    readonly exitCode: ExitCode = EXIT.failed,
  ) {
    super(message);
    this.name = "Failure";
  }
}

/** The command was called with something that it does not take. */
export function wrongUse(code: string, message: string, next?: string): Failure {
  return new Failure(code, message, next, EXIT.wrongUse);
}

/** What the system says of a service that it cannot reach. */
const UNREACHABLE = [
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
];

/** Whatever was thrown, as a failure with words; `ofStage` tells that AWS was asked, and nobody on this machine. */
export function failureOf(error: unknown, ofStage: boolean): Failure {
  if (error instanceof Failure) return error;
  const unreachable = ofStage ? UNREACHABLE.find((code) => hasCode(error, code)) : undefined;
  if (unreachable !== undefined)
    return new Failure(
      "NoConnection",
      // Of several addresses that were tried, Node says nothing in words.
      `AWS cannot be reached: ${(error instanceof Error && error.message) || unreachable}`,
      "Check the network, a proxy, and the Region (AWS_REGION); then try again.",
    );
  if (hasCode(error, "ECONNREFUSED"))
    return new Failure(
      "DevGone",
      "The running sluice dev cannot be reached any more.",
      "Start sluice dev again; whatever was under way goes on.",
    );
  const refused = error instanceof Error ? awsFailure(error) : undefined;
  if (refused !== undefined) return refused;
  if (error instanceof Error) return new Failure(error.name === "Error" ? "Failed" : error.name, error.message);
  return new Failure("Failed", String(error));
}

/** What AWS, or its SDK, says of credentials, Region and rights; undefined for everything else. */
function awsFailure({ name, message }: Error): Failure | undefined {
  switch (name) {
    case "CredentialsProviderError":
      return new Failure(
        "NoCredentials",
        `There are no AWS credentials here: ${message}`,
        "Sign in (aws sso login, or aws configure), or set AWS_PROFILE.",
      );
    case "ExpiredToken":
    case "ExpiredTokenException":
    case "InvalidClientTokenId":
    case "UnrecognizedClientException":
      return new Failure(
        "BadCredentials",
        `AWS does not take the credentials: ${message}`,
        "Sign in again, or choose others with AWS_PROFILE.",
      );
    case "AccessDenied":
    case "AccessDeniedException":
    case "UnauthorizedOperation":
      return new Failure(
        "NoPermission",
        `AWS refuses it: ${message}`,
        "Have this right granted to your user or role, or choose another with AWS_PROFILE.",
      );
    default:
      return message.includes("Region is missing")
        ? new Failure("NoRegion", "No AWS Region is set.", "Set AWS_REGION to the Region of the stage.")
        : undefined;
  }
}

/** Whether an error, or one that it was caused by, has this system code. */
function hasCode(error: unknown, code: string): boolean {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if ("code" in cause && cause.code === code) return true;
    if (cause instanceof AggregateError && cause.errors.some((each) => hasCode(each, code))) return true;
  }
  return false;
}
