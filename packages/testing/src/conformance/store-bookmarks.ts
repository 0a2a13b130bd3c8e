import type { Bookmarks } from "@sluice/core";
import { describe, expect } from "vitest";
import type { PortTest } from "./port-fixture.ts";

/** What the store promises of the places where passes stopped. */
export function bookmarkPromises(promise: PortTest<Bookmarks>): void {
  describe("a bookmark", () => {
    promise("is what was set last", async (bookmarks) => {
      expect(await bookmarks.get("drops")).toBeUndefined();
      await bookmarks.set("drops", { startedAt: 5, cursor: "k/é" });
      await bookmarks.set("Drops", { startedAt: 1 });
      expect(await bookmarks.get("drops")).toStrictEqual({ startedAt: 5, cursor: "k/é" });
      for (let times = 0; times < 2; times++) await bookmarks.set("drops", { startedAt: 6 });
      expect(await bookmarks.get("drops")).toStrictEqual({ startedAt: 6 });
    });
  });
}
