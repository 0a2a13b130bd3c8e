import { jobIdOf, resultsFolders, submissionIdOf } from "@sluice/core";
import type { MemoryObjects } from "@sluice/testing";
import { type Dropped, STRANGERS_WORDS } from "../script/dropped.ts";
import type { DropScript } from "../script/script.ts";
import type { Names } from "./names.ts";

/** More slices than any simulated drop has. */
const MOST_SLICES = 12;

/** Puts a drop into the bucket as a user would, and names its ids for the histories. */
export function drop(
  objects: MemoryObjects,
  script: DropScript,
  names: Names,
  earlier: readonly Dropped[] = [],
): Dropped {
  const { name, path, records, broken, stranger } = script;
  const above = earlier.find(({ script: { name: other } }) => other === script.under);
  const key = above === undefined ? `to-process/${path}` : `${above.key}/${above.submissionId}`;
  const recordIds: string[] = [];
  const brokenLines: number[] = [];
  const lines = Array.from({ length: records + broken }, (_, n) => {
    // Every third line is broken, until there are enough of them.
    if (n % 3 === 1 && brokenLines.length < broken) {
      brokenLines.push(n + 1);
      return `{"recordId": "${name}-broken${n}"`;
    }
    const recordId = `${name}-r${n}`;
    recordIds.push(recordId);
    return JSON.stringify({ recordId, modelInput: inputOf(script) });
  });
  const head = objects.put(key, lines.map((line) => `${line}\n`).join(""));
  const submissionId = submissionIdOf(objects.bucket, head);
  const { plain, own } = resultsFolders(key, submissionId);
  const strangers = stranger === undefined ? [] : [`${stranger === "plain" ? plain : own[0]}errors.jsonl`];
  // Where an earlier drop has its results already nobody else puts anything.
  const put = strangers.filter((place) => objects.keys(place).length === 0);
  for (const place of put) objects.put(place, STRANGERS_WORDS);
  const jobIds = Array.from({ length: MOST_SLICES }, (_, slice) => jobIdOf(submissionId, head.lastModified, slice));
  names.set(submissionId, name);
  for (const [slice, jobId] of jobIds.entries()) names.set(jobId, `${name}.${slice}`);
  return { script, submissionId, key, jobIds, recordIds, brokenLines, strangers: put };
}

function inputOf({ lane }: DropScript): unknown {
  const messages = [{ role: "user", content: [{ type: "text", text: "Hello." }] }];
  if (lane === "lane0") return { anthropic_version: "bedrock-2023-05-31", max_tokens: 10, messages };
  return { messages: [{ role: "user", content: [{ text: "Hello." }] }] };
}
