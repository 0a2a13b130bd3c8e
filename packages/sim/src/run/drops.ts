import { jobIdOf, submissionIdOf } from "@sluice/core";
import type { MemoryObjects } from "@sluice/testing";
import type { Dropped } from "../script/dropped.ts";
import type { DropScript } from "../script/script.ts";
import type { Names } from "./names.ts";

/** More slices than any simulated drop has. */
const MOST_SLICES = 12;

/** Puts a drop into the bucket as a user would, and names its ids for the histories. */
export function drop(objects: MemoryObjects, script: DropScript, names: Names): Dropped {
  const { name, path, records, broken } = script;
  const key = `to-process/${path}`;
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
    return JSON.stringify({ recordId, modelInput: inputOf(script, n) });
  });
  const head = objects.put(key, lines.map((line) => `${line}\n`).join(""));
  const submissionId = submissionIdOf(objects.bucket, head);
  const jobIds = Array.from({ length: MOST_SLICES }, (_, slice) => jobIdOf(submissionId, head.lastModified, slice));
  names.set(submissionId, name);
  for (const [slice, jobId] of jobIds.entries()) names.set(jobId, `${name}.${slice}`);
  return { script, submissionId, key, jobIds, recordIds, brokenLines };
}

/** Each record is asked something else, so that an answer without an id is one's. */
function inputOf({ lane }: DropScript, n: number): unknown {
  const text = `Hello ${n}.`;
  const messages = [{ role: "user", content: [{ type: "text", text }] }];
  if (lane === "lane0") return { anthropic_version: "bedrock-2023-05-31", max_tokens: 10, messages };
  return { messages: [{ role: "user", content: [{ text }] }] };
}
