import { gzipSync } from "node:zlib";
import { CLAUDE, MAX_RECORDS, NOVA, NOVA_ROUTE } from "./settings.ts";

/** What is wrong with a file, or with what becomes of it. */
export type Accident = "jobFails" | "eventIsLost" | "modelRefusesTwo" | "brokenLines" | "isSplit";

/** A file that the demo drops, and what every line of it must come back as. */
export interface DemoFile {
  /** Below `to-process/`. */
  path: string;
  model: string;
  bytes: Buffer;
  /** The recordId of every good line. */
  recordIds: string[];
  /** The numbers of the lines that are broken, from 1. */
  brokenLines: number[];
  accident?: Accident;
}

/** Records that the demo's model will refuse, by the end of their ids. */
export const REFUSED_IDS = /^tickets-00(?:07|42)$/;

const GOOD = [
  { path: "reviews-monday.jsonl", records: 120 },
  { path: "catalogue.jsonl", records: 2.7 * MAX_RECORDS, accident: "isSplit" },
  { path: "tickets.jsonl", records: 140, accident: "modelRefusesTwo" },
  { path: "returns.jsonl", records: 80, accident: "jobFails" },
  { path: "reviews-tuesday.jsonl", records: 100 },
  { path: "chats/2026/november.jsonl", records: 110 },
  { path: "レビュー 2026 = 100%.jsonl", records: 90 },
  { path: `${NOVA_ROUTE}/mails.jsonl`, records: 150, accident: "eventIsLost" },
  { path: `${NOVA_ROUTE}/news.jsonl`, records: 130 },
  { path: `${NOVA_ROUTE}/surveys.jsonl`, records: 120, accident: "brokenLines" },
  { path: `${NOVA_ROUTE}/contracts.jsonl.gz`, records: 160 },
  { path: `${NOVA_ROUTE}/abstracts.jsonl`, records: MAX_RECORDS },
  { path: `${NOVA_ROUTE}/captions.jsonl`, records: 95 },
  { path: `${NOVA_ROUTE}/logs/dt=2026-11-21/part+1.jsonl`, records: 85 },
] as const satisfies readonly { path: string; records: number; accident?: Accident }[];

/** What people's files have among their lines; each names what is wrong with it. */
const BROKEN = [
  '{"recordId": "cut-off", "modelInput": {"messages": [',
  '["not", "an", "object"]',
  '{"recordId": "no-model-input"}',
  '{"recordId": 17, "modelInput": {"messages": [{"role": "user", "content": [{"text": "a number for an id"}]}]}}',
  '{"recordId": "no-messages", "modelInput": {"inferenceConfig": {"maxTokens": 64}}}',
];
/** One broken line after so many good ones. */
const BROKEN_EVERY = 20;

/** Every file of the demo, the same at every run. */
export function demoFiles(): DemoFile[] {
  return GOOD.map(({ path, records, ...rest }) => {
    const accident: Accident | undefined = "accident" in rest ? rest.accident : undefined;
    const model = path.startsWith(`${NOVA_ROUTE}/`) ? NOVA : CLAUDE;
    const written = linesOf(path, model, records, accident === "brokenLines" ? BROKEN : []);
    const text = Buffer.from(`${written.lines.join("\n")}\n`);
    const { recordIds, brokenLines } = written;
    const bytes = path.endsWith(".gz") ? gzipSync(text) : text;
    return { path, model, bytes, recordIds, brokenLines, ...(accident !== undefined && { accident }) };
  });
}

function linesOf(path: string, model: string, records: number, broken: readonly string[]) {
  const lines: string[] = [];
  const recordIds: string[] = [];
  const brokenLines: number[] = [];
  const stem = /([^/]+?)\.jsonl/.exec(path)?.[1] ?? path;
  for (let number = 1; number <= records; number++) {
    const recordId = `${stem}-${String(number).padStart(4, "0")}`;
    recordIds.push(recordId);
    lines.push(JSON.stringify({ recordId, modelInput: inputFor(model, `Sum up ${stem}, number ${number}.`) }));
    const next = number % BROKEN_EVERY === 0 ? broken[number / BROKEN_EVERY - 1] : undefined;
    if (next === undefined) continue;
    lines.push(next);
    brokenLines.push(lines.length);
  }
  return { lines, recordIds, brokenLines };
}

function inputFor(model: string, text: string): object {
  return model === CLAUDE
    ? { anthropic_version: "bedrock-2023-05-31", max_tokens: 64, messages: [{ role: "user", content: text }] }
    : { messages: [{ role: "user", content: [{ text }] }], inferenceConfig: { maxTokens: 64 } };
}
