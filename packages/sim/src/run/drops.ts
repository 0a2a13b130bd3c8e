import { jobIdOf, resultsFolders, submissionIdOf } from "@sluice/core";
import type { MemoryObjects } from "@sluice/testing";
import { type Dropped, STRANGERS_WORDS } from "../script/dropped.ts";
import type { DropScript } from "../script/script.ts";
import type { Names } from "./names.ts";

/** More slices than any simulated drop has. */
const MOST_SLICES = 12;

/**
 * Puts a drop into the bucket as a user would, and names its ids for the histories.
 *
 * @param earlier the drops before it
 */
export function drop(objects: MemoryObjects, script: DropScript, names: Names, earlier: readonly Dropped[]): Dropped {
  const above = earlier.find(({ script: { name } }) => name === script.under);
  const key = above === undefined ? `to-process/${script.path}` : `${above.key}/${above.submissionId}`;
  const copied = script.copies ? earlier.findLast((other) => other.key === key) : undefined;
  const content = copied ?? contentOf(script);
  const head = copied === undefined ? objects.put(key, content.text) : objects.touch(key);
  const submissionId = submissionIdOf(objects.bucket, head);
  const jobIds = Array.from({ length: MOST_SLICES }, (_, slice) => jobIdOf(submissionId, head.lastModified, slice));
  names.set(submissionId, script.name);
  for (const [slice, jobId] of jobIds.entries()) names.set(jobId, `${script.name}.${slice}`);
  const strangers = strangersAt(objects, script, key, submissionId);
  const { text, recordIds, brokenLines } = content;
  const whose = copied?.content ?? script.name;
  return { script, submissionId, key, jobIds, text, recordIds, brokenLines, content: whose, strangers };
}

/** Puts what somebody else keeps in `processed/`; where an earlier drop has its results already nobody puts anything. */
function strangersAt(objects: MemoryObjects, { stranger }: DropScript, key: string, submissionId: string): string[] {
  const { plain, own } = resultsFolders(key, submissionId);
  const strangers = stranger === undefined ? [] : [`${stranger === "plain" ? plain : own[0]}errors.jsonl`];
  const put = strangers.filter((place) => objects.keys(place).length === 0);
  for (const place of put) objects.put(place, STRANGERS_WORDS);
  return put;
}

/** The lines of a new file. */
function contentOf(script: DropScript): Pick<Dropped, "text" | "recordIds" | "brokenLines"> {
  const { name, records, broken } = script;
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
  return { text: lines.map((line) => `${line}\n`).join(""), recordIds, brokenLines };
}

function inputOf({ lane }: DropScript): unknown {
  const messages = [{ role: "user", content: [{ type: "text", text: "Hello." }] }];
  if (lane === "lane0") return { anthropic_version: "bedrock-2023-05-31", max_tokens: 10, messages };
  return { messages: [{ role: "user", content: [{ text: "Hello." }] }] };
}
