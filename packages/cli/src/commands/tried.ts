import { commandLine } from "../options.ts";

/** What people of other tools try, and what it is here. */
const TRIED: readonly (readonly [words: string, advice: () => string])[] = [
  ["list dir jobs submissions queue top ps", () => `Did you mean ls? ${commandLine("ls")} lists submissions.`],
  [
    "status state progress describe get inspect info results errors",
    () =>
      `Did you mean show? ${commandLine("show ID")} tells all of one submission, ${commandLine("ls")} a line of each.`,
  ],
  [
    "cancel stop kill abort rm delete pause",
    () =>
      `No command stops a submission that runs. ${commandLine("show ID")} has the ARNs of its jobs: stop one in the ` +
      `Bedrock console, and each of its records that has no answer gets an error. A lane's limit of 0 in the ` +
      `settings starts no more jobs.`,
  ],
  [
    "logs log tail events",
    () =>
      `The log of a local world is what ${commandLine("dev")} prints (--verbose for all of it); that of a stage lies ` +
      `in CloudWatch, see docs/operations.md.`,
  ],
  ["run start serve up local watch", () => `Did you mean dev? ${commandLine("dev")} runs the queue on this machine.`],
  [
    "send put upload add enqueue push drop create cp copy",
    () => `Did you mean submit? ${commandLine("submit FILE")} drops a file.`,
  ],
  ["wait follow", () => `Did you mean submit --wait? ${commandLine("submit FILE --wait")} waits for the results.`],
  ["retry rerun again", () => `Did you mean submit --again? ${commandLine("submit FILE --again")} runs a file anew.`],
  ["check lint test verify", () => `Did you mean validate? ${commandLine("validate FILE")} checks a file.`],
  ["slots limits quota quotas models routes lane", () => `Did you mean lanes? ${commandLine("lanes")} shows them.`],
  ["repair refresh sync", () => `Did you mean sweep? ${commandLine("sweep")} repairs what events should have done.`],
  [
    "deploy destroy remove init",
    () => "Stages are deployed with: npx -y pnpm@12 sst deploy --stage NAME. See docs/deploy.md.",
  ],
  ["version", () => `Did you mean --version? ${commandLine("--version")} prints it.`],
];

/** What to do in place of a command that does not exist; undefined for words that nobody is known to try. */
export function adviceFor(word: string): string | undefined {
  return TRIED.find(([words]) => words.split(" ").includes(word.toLowerCase()))?.[1]();
}
