import type { Page, Transition } from "@sluice/core";

/** A deep copy, so that neither the caller nor the store can change what the other holds. */
export function copyOf<T>(value: T): T {
  return structuredClone(value);
}

/** Orders ids and lane names; they are ASCII, so this is the order of DynamoDB's sort keys too. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The rows of one kind, changed by the core's transition alone. Nothing here waits, so each call is atomic. */
export class Rows<State extends object, Event> {
  readonly #rows: Map<string, State>;
  readonly #transition: (state: State | undefined, event: Event) => Transition<State>;

  constructor(rows: Map<string, State>, transition: (state: State | undefined, event: Event) => Transition<State>) {
    this.#rows = rows;
    this.#transition = transition;
  }

  get(id: string): State | undefined {
    return copyOf(this.#rows.get(id));
  }

  /** The row after this event; undefined if it was refused, which changes nothing. */
  apply(id: string, event: Event): State | undefined {
    const done = this.#transition(this.#rows.get(id), event);
    if ("refused" in done) return undefined;
    this.#rows.set(id, copyOf(done.next));
    return copyOf(done.next);
  }

  /** A row that is there: it refused what only a row can refuse. */
  present(id: string): State {
    const row = this.get(id);
    if (row === undefined) throw new Error(`The rules refused ${id}, which is not there, what they refuse to none.`);
    return row;
  }

  /**
   * A page of rows in order of id. The cursor is the last id of the page before, so that rows that came or went in the
   * meantime move nothing.
   */
  page<Some extends State = State>(
    order: "ascending" | "descending",
    limit: number,
    cursor?: string,
    belongs: (row: State) => row is Some = (row): row is Some => row !== undefined,
  ): Page<Some> {
    const sign = order === "ascending" ? 1 : -1;
    const found: [string, Some][] = [];
    for (const [id, row] of this.#rows)
      if (belongs(row) && (cursor === undefined || sign * compareText(id, cursor) > 0)) found.push([id, row]);
    found.sort(([a], [b]) => sign * compareText(a, b));
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const page: Page<Some> = { items: items.map(([, row]) => copyOf(row)) };
    if (last !== undefined && found.length > items.length) page.cursor = last[0];
    return page;
  }
}
