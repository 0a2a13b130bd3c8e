import { afterAll, beforeAll, describe } from "vitest";
import { composeConformance } from "./objects-compose.ts";
import { keysConformance } from "./objects-keys.ts";
import { listConformance } from "./objects-list.ts";
import { readConformance } from "./objects-read.ts";
import type { ObjectsCapabilities, ObjectsUnderTest, Subject } from "./objects-subject.ts";
import { writeConformance } from "./objects-write.ts";

export type { ObjectsCapabilities, ObjectsUnderTest } from "./objects-subject.ts";

/** What any ObjectStore must hold. One store is made for all tests; each works in a folder of its own. */
export function objectsConformance(
  name: string,
  make: () => Promise<ObjectsUnderTest>,
  capabilities: ObjectsCapabilities = {},
): void {
  describe(`${name} holds what an object store promises`, () => {
    let made: ObjectsUnderTest;
    let folders = 0;
    const subject: Subject = {
      get store() {
        return made.store;
      },
      put: (key, bytes, metadata) => made.put(key, bytes, metadata),
      capabilities: { listPageKeys: 1_000, anyKey: true, compositions: 50, ...capabilities },
      folder: () => `test-${++folders}/`,
    };
    beforeAll(async () => {
      made = await make();
    });
    afterAll(async () => {
      await made?.close?.();
    });

    describe("reading", () => readConformance(subject));
    describe("writing", () => writeConformance(subject));
    describe("composing", () => composeConformance(subject));
    describe("listing and deleting", () => listConformance(subject));
    describe("keys", () => keysConformance(subject));
  });
}
