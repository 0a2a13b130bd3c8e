import { expect, test } from "vitest";
import { bedrockStatus, hasEnded, isForward, jobStatuses } from "./status.ts";

test("Bedrock's own words are read as they are, and no others: ours are none of Bedrock's", () => {
  expect(jobStatuses.filter((status) => bedrockStatus(status) === status)).toEqual(jobStatuses.slice(2));
  for (const word of ["Pending", "Claimed", "completed", "", undefined]) expect(bedrockStatus(word)).toBeUndefined();
});

test("no end replaces another, and every other status leads to one", () => {
  const ends = jobStatuses.filter(hasEnded);
  expect(ends).toEqual(["Completed", "PartiallyCompleted", "Failed", "Stopped", "Expired"]);
  for (const end of ends)
    for (const status of jobStatuses) expect(isForward(status, end)).toBe(!ends.includes(status as never));
});
