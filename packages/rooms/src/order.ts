/** The rooms of each folder that has an order, by the folder's path; a room's name is that of a folder or of a file. */
export type Order = Readonly<Record<string, readonly string[]>>;

/**
 * Which room may import which. The rooms of a folder stand from the ground up: a room imports only what stands before
 * it, and every file below the folder is in one of its rooms. Tests import what they like.
 */
export const rooms: Order = {
  "packages/": inOrder("core stage emulator aws functions local cli testing rooms sim infra"),
  "packages/core/src/": inOrder(
    "errors ids problem bucket model settings job submission lane timings ports rules objects records intake",
    "settling results world slots moves index",
  ),
  "packages/stage/src/": inOrder("name settings outputs index"),
  "packages/emulator/src/": inOrder("folder responder bedrock index"),
  "packages/aws/src/": inOrder("bedrock dynamodb quotas s3 sqs ssm test-servers index"),
  "packages/functions/src/": inOrder("events aws-world log retry-sooner handlers lambda index"),
  "packages/local/src/": inOrder("directory messages drops world index"),
  "packages/cli/src/": inOrder("failure nearest options output reach look view submit dev demo commands program main"),
  "packages/testing/src/": inOrder("builders memory world conformance index"),
  "packages/rooms/src/": inOrder("order check index main"),
  "packages/sim/src/": inOrder(
    "schedule script bedrock instance bus invariants run mutants docs policies mutation fixed-seed main",
  ),
  "packages/infra/src/": inOrder("root platform evaluation graph promises rehearsal main"),
  "stacks/": inOrder("place settings queues storage table role grants function outputs pipeline sweeper alarms"),
};

function inOrder(...lines: string[]): string[] {
  return lines.flatMap((line) => line.split(" "));
}
