import type { Page, Transition } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { everyPage, type MakePort, withPort } from "./port-fixture.ts";

const HISTORIES_TIMEOUT_MS = 120_000;
const HISTORIES = 15;
const EVENTS = { minLength: 25, maxLength: 40 };

/** How the events of one kind of row happen through a port, and what the port must give back. */
export interface Doors<Port, State, Event> {
  /** Few ids, so that the events of a history meet. */
  ids: readonly string[];
  events(id: string): fc.Arbitrary<Event>;
  transition(state: State | undefined, event: Event): Transition<State>;
  read(port: Port, id: string): Promise<State | undefined>;
  /** Makes the event happen; what the port gives back. */
  make(port: Port, id: string, event: Event): Promise<unknown>;
  /** What the port must give back, by the row before and what the rules made of it. */
  result(event: Event, before: State | undefined, made: Transition<State>): unknown;
  /** The pages over many rows, and which rows they must hold, by their ids in ascending order. */
  pages: readonly OverMany<Port, State>[];
}

interface OverMany<Port, State> {
  page(port: Port, cursor?: string): Promise<Page<State>>;
  holds(rows: readonly State[]): readonly State[];
}

/**
 * The rules of the core, proved of a store: histories are drawn at random, so that rows are in any state that events
 * can bring them to; after each event what the port gives back and the row are what the transition says, refusals included.
 */
export function transitionPromises<Port, State, Event extends { kind: string }>(
  makePort: MakePort<Port>,
  doors: Doors<Port, State, Event>,
): void {
  const { ids, transition } = doors;
  const step = fc.constantFrom(...ids).chain((id) => doors.events(id).map((event) => ({ id, event })));
  const history = fc.array(step, { ...EVENTS, size: "max" });

  const tell = async (port: Port, steps: readonly { id: string; event: Event }[]) => {
    const rows = new Map<string, State>();
    for (const { id, event } of steps) {
      const before = rows.get(id);
      const made = transition(before, event);
      if ("next" in made) rows.set(id, made.next);
      const words = `${event.kind} of ${id}`;
      expect(await doors.make(port, id, event), words).toStrictEqual(doors.result(event, before, made));
      expect(await doors.read(port, id), words).toStrictEqual(rows.get(id));
    }
    const all = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    for (const { page, holds } of doors.pages)
      expect((await everyPage((cursor) => page(port, cursor))).items).toStrictEqual(holds(all));
  };

  describe("any history", () => {
    test("goes as the rules say, event by event", { timeout: HISTORIES_TIMEOUT_MS }, async () => {
      const property = fc.asyncProperty(history, (steps) => withPort(makePort, (port) => tell(port, steps)));
      await fc.assert(property, { numRuns: HISTORIES });
    });
  });
}

/** The row that an event made; undefined if it was refused. */
export function nextOf<State>(made: Transition<State>): State | undefined {
  return "next" in made ? made.next : undefined;
}

/** Draws an object of these attributes, of which those that are not required may be missing. */
export function plain<T, Key extends keyof T = keyof T>(
  attributes: { [Name in keyof T]: fc.Arbitrary<T[Name]> },
  requiredKeys: Key[] = Object.keys(attributes) as Key[],
): fc.Arbitrary<Drawn<Partial<T> & Pick<T, Key>>> {
  return fc.record(attributes, { requiredKeys, noNullPrototype: true });
}
type Drawn<T> = { [Name in keyof T]: T[Name] };
