/** Lines of a Claude file, each with its own question. */
export function claudeLines(count: number, name: string): string[] {
  return Array.from({ length: count }, (_, at) =>
    JSON.stringify({
      recordId: `${name}-${at}`,
      modelInput: {
        anthropic_version: "bedrock-2023-05-31",
        max_tokens: 50,
        messages: [{ role: "user", content: [{ type: "text", text: `Question ${at} of ${name}` }] }],
      },
    }),
  );
}

/** Lines of a Nova file. */
export function novaLines(count: number, name: string): string[] {
  return Array.from({ length: count }, (_, at) =>
    JSON.stringify({
      recordId: `${name}-${at}`,
      modelInput: {
        messages: [{ role: "user", content: [{ text: `Question ${at} of ${name}` }] }],
        inferenceConfig: { maxTokens: 50 },
      },
    }),
  );
}

/** A JSONL file of these lines. */
export function fileOf(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
