/** The errors of the four operations with their HTTP statuses (Bedrock's service model, 2023-04-20). */
const HTTP_STATUSES = {
  AccessDeniedException: 403,
  ConflictException: 400,
  InternalServerException: 500,
  ResourceNotFoundException: 404,
  ServiceQuotaExceededException: 400,
  ThrottlingException: 429,
  ValidationException: 400,
} as const;

export type ErrorCode = keyof typeof HTTP_STATUSES;
export const ERROR_CODES = Object.keys(HTTP_STATUSES) as [ErrorCode, ...ErrorCode[]];

/** A refusal as Bedrock puts it: the name that clients switch on, and words. */
export class BedrockError extends Error {
  override readonly name = "BedrockError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  get httpStatus(): (typeof HTTP_STATUSES)[ErrorCode] {
    return HTTP_STATUSES[this.code];
  }
}
