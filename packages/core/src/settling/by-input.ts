import { MAX_LINE_BYTES } from "../model/line-size.ts";
import type { ObjectStore, Piece } from "../ports/objects.ts";
import { type Fingerprint, fingerprinter } from "../records/fingerprint.ts";
import { parseLine, recordLines } from "../records/record-lines.ts";

/** A record that an output without a usable recordId belongs to. */
export interface Match {
  position: number;
  recordId: string;
}

/** Makes the function that turns a modelInput into 64 bits, the same however its JSON was written. */
export async function inputMarker(): Promise<(modelInput: unknown) => Fingerprint> {
  const fingerprint = await fingerprinter();
  return (modelInput) => fingerprint(canonical(modelInput) ?? "");
}

/**
 * Finds the records of outputs that have no usable recordId by what the model was asked. Where several records were
 * asked the same, the outputs are theirs in order: each answers any of them.
 *
 * @param marks of what each output says that the model was asked
 * @param isOpen whether the record at a position still has no output
 * @returns a match for each output, undefined where there is none
 */
export async function matchByInput(
  objects: ObjectStore,
  input: Piece,
  marks: readonly Fingerprint[],
  isOpen: (position: number) => boolean,
): Promise<(Match | undefined)[]> {
  const markOf = await inputMarker();
  const waiting = new Map<Fingerprint, number[]>();
  for (const [at, mark] of marks.entries()) {
    const before = waiting.get(mark);
    if (before === undefined) waiting.set(mark, [at]);
    else before.push(at);
  }
  const matches: (Match | undefined)[] = marks.map(() => undefined);
  let position = 0;
  for await (const batch of recordLines(objects, input, MAX_LINE_BYTES))
    for (const { bytes } of batch) {
      const { recordId, modelInput } = (isOpen(position) ? parseLine(bytes) : undefined) ?? {};
      const at = typeof recordId === "string" ? waiting.get(markOf(modelInput))?.shift() : undefined;
      if (at !== undefined) matches[at] = { position, recordId: String(recordId) };
      position++;
    }
  return matches;
}

/** JSON whose objects have their members in one order, however they were written. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
