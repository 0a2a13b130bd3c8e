import { FILLERS_NAME } from "../bucket/keys.ts";
import { isObject } from "../model/fields.ts";
import type { ObjectStore } from "../ports/objects.ts";
import { parseLine, recordLines } from "../records/record-lines.ts";
import { MAX_OUTPUT_LINE_BYTES } from "./output-line.ts";

/** What the records came to that only filled a job up. */
export interface FillerOutput {
  /** The lines of their output, which the manifest counts with the others. */
  lines: number;
  /** Absent where no line told. */
  inputTokens?: number;
  outputTokens?: number;
}

/** Where an answer says its tokens, by the names that the makers' pages give. */
const INPUT_TOKENS = ["input_tokens", "inputTokens", "prompt_token_count", "inputTextTokenCount"];
const OUTPUT_TOKENS = ["output_tokens", "outputTokens", "generation_token_count"];

/** Reads the output of a job's fillers in the folder that Bedrock wrote; nothing of it is anybody's result. */
export async function readFillers(objects: ObjectStore, folder: string): Promise<FillerOutput> {
  const head = await objects.head(`${folder}${FILLERS_NAME}.out`);
  const read: FillerOutput = { lines: 0 };
  if (head === undefined) return read;
  for await (const batch of recordLines(objects, head, MAX_OUTPUT_LINE_BYTES))
    for (const { bytes, tooLong } of batch) {
      read.lines++;
      const usage = tooLong ? undefined : usageIn(bytes);
      const [input, output] = [countIn(usage, INPUT_TOKENS), countIn(usage, OUTPUT_TOKENS)];
      if (input !== undefined) read.inputTokens = (read.inputTokens ?? 0) + input;
      if (output !== undefined) read.outputTokens = (read.outputTokens ?? 0) + output;
    }
  return read;
}

/** The members of an answer among which its tokens are. */
function usageIn(line: Uint8Array): unknown {
  try {
    const answer = parseLine(line)?.["modelOutput"];
    return isObject(answer) && isObject(answer["usage"]) ? answer["usage"] : answer;
  } catch {
    return undefined;
  }
}

function countIn(usage: unknown, names: readonly string[]): number | undefined {
  if (!isObject(usage)) return undefined;
  const counts = names.map((name) => usage[name]);
  return counts.find((count): count is number => typeof count === "number" && Number.isFinite(count));
}
