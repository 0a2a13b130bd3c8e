import { familyOf } from "../model/family.ts";
import type { Fields } from "../model/fields.ts";
import { fillerOf } from "../model/filler.ts";
import { LineWriter } from "../objects/line-writer.ts";
import type { ObjectStore } from "../ports/objects.ts";
import type { SubmissionFacts } from "../submission/submission.ts";

/** The `modelInput` that fills up jobs of a drop; undefined where none is known. */
export function fillerFor({
  modelId,
  invocation,
}: Pick<SubmissionFacts, "modelId" | "invocation">): Fields | undefined {
  return fillerOf(familyOf(modelId, invocation));
}

/** Writes so many records of nobody's, in a file of their own: whatever their ids, they meet no record of the user's. */
export async function writeFillers(
  objects: ObjectStore,
  key: string,
  modelInput: Fields,
  count: number,
): Promise<void> {
  const lines = new LineWriter(objects, key);
  try {
    for (let n = 1; n <= count; n++)
      await lines.add(new TextEncoder().encode(JSON.stringify({ recordId: `filler-${n}`, modelInput })));
    await lines.close();
  } catch (error) {
    await lines.abort();
    throw error;
  }
}
