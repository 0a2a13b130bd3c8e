import type { Mutant } from "./mutant.ts";

const outputs = "core/src/settling/outputs.ts";
const settle = "core/src/moves/settle.ts";
const collect = "core/src/moves/collect.ts";

/** What keeps Bedrock's output, and what was prepared, from holding a job up, losing what was paid for, or mixing records. */
export const settlingRules: readonly Mutant[] = [
  {
    name: "a line that cannot be read is read again and again",
    level: "whole",
    patches: [
      {
        file: "core/src/settling/output-line.ts",
        from: "    return parseLine(bytes);\n  } catch {\n    return undefined;\n",
        to: "    return parseLine(bytes);\n  } catch (error) {\n    throw error;\n",
      },
    ],
  },
  {
    name: "a line that cannot be read is thrown away",
    level: "whole",
    patches: [{ file: outputs, from: "      if (!line.tooLong) await this.#sink.unreadable(line.bytes);\n", to: "" }],
  },
  {
    name: "an answer to nobody is thrown away",
    level: "whole",
    patches: [
      {
        file: outputs,
        from: "    } else if (position === undefined) await this.#sink.stray(line.bytes);\n",
        to: "    }\n",
      },
    ],
  },
  {
    name: "an answer without an id is nobody's",
    level: "whole",
    patches: [
      {
        file: outputs,
        from: "      const match = matches[at];\n",
        to: "      const match = matches[at + this.#nameless.length];\n",
      },
    ],
  },
  {
    name: "the first of a record's lines counts, whatever it is",
    level: "whole",
    patches: [
      {
        file: outputs,
        from: "    if (RANKS[kind] <= before) return false;\n",
        to: "    if (before !== RANKS.none) return false;\n",
      },
    ],
  },
  {
    name: "an error is given before all lines are read",
    level: "whole",
    patches: [{ file: outputs, from: '=== RANKS.result ? "emit" : "wait"', to: '!== RANKS.none ? "emit" : "wait"' }],
  },
  {
    name: "an output that never agrees with its manifest is waited for without end",
    level: "whole",
    patches: [
      {
        file: collect,
        from: "const outputMs = timeLeft(world, ended, seen, timings.outputMs);",
        to: "const outputMs = timeLeft(world, ended, seen, timings.outputMs) + 1_000 * timings.outputMs;",
      },
    ],
  },
  {
    name: "a prepared input that is lost holds its job up",
    level: "whole",
    patches: [
      { file: settle, from: "    if (!(error instanceof InputLost)) throw error;\n", to: "    throw error;\n" },
    ],
  },
  {
    name: "what took the place of a prepared input passes for it",
    level: "whole",
    patches: [
      {
        file: "core/src/settling/prepared-input.ts",
        from: "if (inputEtag !== undefined && head.etag !== inputEtag)",
        to: 'if (inputEtag === "")',
      },
    ],
  },
  {
    name: "records whose prepared input is lost are not looked for in the dropped file",
    level: "whole",
    patches: [
      {
        file: settle,
        from: "const isOfOutput = !(await isRebuilt(world, submission, job, key));",
        to: "const isOfOutput = isRebuilt !== undefined;",
      },
    ],
  },
  {
    name: "the dropped file is all there is to make a prepared input of",
    level: "whole",
    patches: [{ file: settle, from: "    if (isGone) return false;\n", to: "    void isGone;\n" }],
  },
  {
    name: "a slice is made again of the file's first records",
    level: "whole",
    patches: [{ file: settle, from: "const before = sum(sizes.slice(0, job.slice));", to: "const before = 0;" }],
  },
  {
    name: "the errors of a plan are taken for there",
    level: "whole",
    patches: [
      {
        file: "core/src/moves/planned.ts",
        from: "  if ((await objects.head(key)) !== undefined) return key;\n",
        to: '  if (key !== "") return key;\n',
      },
    ],
  },
  {
    name: "each collect says that the submission is done",
    level: "whole",
    patches: [
      {
        file: collect,
        from: "  if (!(await store.submissions.finish(submissionId))) return;\n",
        to: "  await store.submissions.finish(submissionId);\n",
      },
    ],
  },
  {
    name: "what fills a job up passes for an answer",
    level: "whole",
    patches: [{ file: "core/src/settling/job-output.ts", from: "/^\\d+\\.jsonl\\.out$/", to: "/\\.jsonl\\.out$/" }],
  },
];
