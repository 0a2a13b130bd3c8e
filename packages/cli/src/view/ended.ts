import { printable } from "@sluice/core";
import type { ShownSubmission } from "../look/submission.ts";
import { endWord, spanWord, tokensWord } from "./status.ts";
import { errorLines } from "./submission.ts";

/** Submissions at their end: what became of each, its first errors, and where its results lie. */
export function endedText(submissions: readonly ShownSubmission[]): string {
  return submissions.flatMap(linesOf).join("\n");
}

function linesOf(shown: ShownSubmission): string[] {
  const { key, results, errors, problem, firstErrors, files } = shown;
  const said = problem === undefined ? `${results} results, ${errors} errors${costWords(shown)}` : problem.message;
  return [
    `${printable(key)}  ${endWord(shown)}: ${said}`,
    ...errorLines(firstErrors, errors).map((line) => `  ${line}`),
    ...(files === undefined ? [] : [`  ${files.results}`, `  ${files.errors}`]),
  ];
}

function costWords({ tokens, submittedAt, endedAt }: ShownSubmission): string {
  const tokenWords = tokens === undefined ? "" : `; tokens: ${tokensWord(tokens)}`;
  if (submittedAt === undefined || endedAt === undefined) return tokenWords;
  return `${tokenWords}; ${spanWord(Date.parse(endedAt) - Date.parse(submittedAt))} in Bedrock`;
}
