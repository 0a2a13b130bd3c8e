import { expect, test } from "vitest";
import { InOrder } from "./in-order.ts";

const nobodyKnows = () => "emit" as const;

function collected(count: number, budgetBytes: number) {
  const emitted: [position: number, line: Uint8Array][] = [];
  const inOrder = new InOrder(count, budgetBytes, async (position, line) => {
    emitted.push([position, line]);
  });
  return { emitted, inOrder };
}

test("a held line does not keep the chunk alive that it came in, also where chunks are Node's Buffers", async () => {
  const { emitted, inOrder } = collected(2, 1_000);
  const chunk = Buffer.alloc(100_000, "x");
  await inOrder.take(1, chunk.subarray(10, 30), nobodyKnows);
  await inOrder.take(0, chunk.subarray(40, 60), nobodyKnows);
  expect(emitted.map(([position]) => position)).toEqual([0, 1]);
  expect(emitted[1]?.[1].buffer.byteLength).toBe(20);
});

test("over the budget the largest positions go, and come in the next pass", async () => {
  const line = new Uint8Array(1_000);
  const { emitted, inOrder } = collected(4, 2_600);
  const positions = [3, 2, 1, 0];
  for (const position of positions) await inOrder.take(position, line, nobodyKnows);
  await inOrder.endPass(nobodyKnows);
  expect(emitted.map(([position]) => position)).toEqual([0, 1, 2]);
  expect(inOrder.next).toBe(3);
  await inOrder.take(3, line, nobodyKnows);
  expect(inOrder.next).toBe(4);
});

test("the next pass may hold again what the last one had no room for", async () => {
  const line = new Uint8Array(1_000);
  const { emitted, inOrder } = collected(4, 1_300);
  for (const position of [3, 1, 2, 0]) await inOrder.take(position, line, nobodyKnows);
  await inOrder.endPass(nobodyKnows);
  for (const position of [3, 2]) await inOrder.take(position, line, nobodyKnows);
  expect(emitted.map(([position]) => position)).toEqual([0, 1, 2, 3]);
});

test("what was emitted makes room: an output that is nearly in order takes one pass, however long it is", async () => {
  const { emitted, inOrder } = collected(100, 1_300);
  const line = new Uint8Array(1_000);
  for (let pair = 0; pair < 100; pair += 2)
    for (const position of [pair + 1, pair]) await inOrder.take(position, line, nobodyKnows);
  expect(emitted.map(([position]) => position)).toEqual(Array.from({ length: 100 }, (_, position) => position));
});

test("a line larger than the budget is emitted in its turn, and never held", async () => {
  const { emitted, inOrder } = collected(2, 100);
  const line = new Uint8Array(1_000);
  await inOrder.take(1, line, nobodyKnows);
  await inOrder.take(0, line, nobodyKnows);
  await inOrder.endPass(nobodyKnows);
  expect(emitted.map(([position]) => position)).toEqual([0]);
  await inOrder.take(1, line, nobodyKnows);
  expect(emitted.map(([position]) => position)).toEqual([0, 1]);
});

test("positions for which no line will come are passed over once that is known", async () => {
  const { emitted, inOrder } = collected(5, 10_000);
  const line = new Uint8Array(10);
  for (const position of [3, 1]) await inOrder.take(position, line, nobodyKnows);
  expect(emitted).toEqual([]);
  await inOrder.endPass((position) => (position === 1 || position === 3 ? "emit" : "skip"));
  expect(emitted.map(([position]) => position)).toEqual([1, 3]);
  expect(inOrder.next).toBe(5);
});

test("a line that may be bettered waits at its place, and the better one counts", async () => {
  const told: string[] = [];
  const inOrder = new InOrder(3, 10_000, async (position, line) => void told.push(`${position}:${line}`));
  const sure = new Set([1, 2]);
  const fateSoFar = (position: number) => (sure.has(position) ? "emit" : "wait");
  await inOrder.take(0, Uint8Array.of(1), fateSoFar);
  await inOrder.take(1, Uint8Array.of(2), fateSoFar);
  expect(told).toEqual([]);
  sure.add(0);
  await inOrder.take(0, Uint8Array.of(3), fateSoFar);
  expect(told).toEqual(["0:3", "1:2"]);
});

test("what was held through a pass is not emitted again where the next pass brings it once more", async () => {
  const { emitted, inOrder } = collected(3, 10_000);
  const line = new Uint8Array(10);
  await inOrder.take(1, line, nobodyKnows);
  await inOrder.endPass(nobodyKnows);
  for (const position of [0, 1, 2]) await inOrder.take(position, line, nobodyKnows);
  expect(emitted.map(([position]) => position)).toEqual([0, 1, 2]);
});
