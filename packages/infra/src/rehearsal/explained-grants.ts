import type { Grant, Guard } from "./guard.ts";

/** The roles whose functions refill: the same code, so that what one of them needed all of them may need. */
const REFILLING = ["PlanRole", "AdvanceRole", "WakeRole", "SweepRole"];

/** What all refilling functions share. */
const REFILL =
  /^(bedrock:(Create|Get)ModelInvocationJob|bedrock:ListModelInvocationJobs|iam:PassRole|dynamodb:\w+|servicequotas:\w+|sqs:SendMessage arn:.*(CollectQueue|WakeQueue)Queue-)/;
/** The writer of uploads is the same everywhere. */
const ABORT = /^s3:AbortMultipartUpload/;

/** Rights that no function asks for by itself, and why there are some all the same. */
const explained: [RegExp, string][] = [
  [/Role logs:(CreateLogStream|PutLogEvents) /, "Lambda writes a function's logs with its role"],
  [/^BedrockRole bedrock:InvokeModel /, "Bedrock itself invokes a profile's model with its role"],
  [/CronRole sqs:SendMessage /, "the Scheduler keeps what it could not start"],
  [/^MeasureRole sqs:SendMessage /, "Lambda keeps a measurement that failed"],
  [/^PlanRole sqs:SendMessage .*PlanQueueQueue/, "an object that is overwritten three times while it is read"],
  [
    /^SweepRole s3:(PutObject .*processed|DeleteObject .*staging)/,
    "a file that was lost before it was planned is refused by the sweep, with its words in processed/",
  ],
  [
    /^CollectRole s3:(GetObject .*to-process|PutObject .*staging)/,
    "what was prepared is written again out of the dropped file where somebody deleted it",
  ],
];

/** The rights that nothing has needed, and that nobody has explained. */
export function unexplained(guard: Guard): string[] {
  const unused = guard.unused;
  return unused
    .filter((grant) => !isNeededElsewhere(grant, guard, unused))
    .map(textOf)
    .filter((text) => !explained.some(([pattern]) => pattern.test(text)));
}

/** Explanations of rights that were needed after all, or that nobody has. */
export function unneeded(guard: Guard): string[] {
  const texts = guard.unused.map(textOf);
  return explained.filter(([pattern]) => !texts.some((text) => pattern.test(text))).map(([, why]) => why);
}

/** True if the same right was needed by another role that runs the same code. */
function isNeededElsewhere({ role, action, resource }: Grant, guard: Guard, unused: readonly Grant[]): boolean {
  const wasUsed = (other: Grant) => !unused.some((one) => textOf(one) === textOf(other));
  if (ABORT.test(action)) return guard.grants.some((other) => ABORT.test(other.action) && wasUsed(other));
  if (!REFILLING.includes(role) || !REFILL.test(`${action} ${resource}`)) return false;
  return guard.grants.some(
    (other) =>
      REFILLING.includes(other.role) &&
      other.action === action &&
      // The models of the settings: that one of them was run is enough.
      (other.resource === resource || action === "bedrock:CreateModelInvocationJob") &&
      wasUsed(other),
  );
}

function textOf({ role, action, resource }: Grant): string {
  return `${role} ${action} ${resource}`;
}
