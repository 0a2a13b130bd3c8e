import { expect, it } from "vitest";
import { createdNotification } from "./notification.ts";

const encoded = (key: string): string => JSON.parse(createdNotification("local", key, 0)).Records[0].s3.object.key;

it.each([
  ["to-process/a b.jsonl", "to-process/a+b.jsonl"],
  ["to-process/a+b.jsonl", "to-process/a%2Bb.jsonl"],
  ["to-process/dt=2026/100%.jsonl", "to-process/dt%3D2026/100%25.jsonl"],
  ["to-process/日本.jsonl", "to-process/%E6%97%A5%E6%9C%AC.jsonl"],
  ["to-process/it's (1)!.jsonl", "to-process/it%27s+%281%29%21.jsonl"],
])("writes the key %s into a notification as S3 does", (key, expected) => {
  expect(encoded(key)).toBe(expected);
});
