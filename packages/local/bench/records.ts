/** The model of the benchmarks' records. */
export const MODEL = "anthropic.claude-3-haiku-20240307-v1:0";

/** A record of Claude's, as a line without its end. */
export function record(n: number): string {
  return JSON.stringify({
    recordId: `r${n}`,
    modelInput: {
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 10,
      messages: [{ role: "user", content: `Count to ${n}.` }],
    },
  });
}
