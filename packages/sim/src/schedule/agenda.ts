/** What an entry of the agenda is there for: only the queue's own work keeps the world from being at rest. */
export type Kind =
  /** A call, a message or an event of ours that is under way. */
  | "work"
  /** A message of ours that is meant to come minutes later. */
  | "later"
  /** What the world does by itself: Bedrock, other users, the schedule, new jobs. */
  | "world";

interface Entry {
  at: number;
  order: number;
  kind: Kind;
  act: () => void | Promise<void>;
}

/** What happens when: the virtual clock and the order of everything on it. */
export class Agenda {
  /** Epoch milliseconds; it only moves when the next entry is taken. */
  now: number;
  /** How many entries of the queue's own work wait. */
  underWay = 0;
  /** How many messages wait that are meant to come later. */
  later = 0;
  #added = 0;
  readonly #heap: Entry[] = [];

  constructor(startsAt: number) {
    this.now = startsAt;
  }

  /** Adds what happens at a time; of two entries for the same time the older one goes first. */
  at(time: number, kind: Kind, act: () => void | Promise<void>): void {
    if (kind === "work") this.underWay++;
    if (kind === "later") this.later++;
    const entry = { at: Math.max(time, this.now), order: this.#added++, kind, act };
    let place = this.#heap.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      this.#heap[place] = above;
      place = parent;
    }
    this.#heap[place] = entry;
  }

  after(delayMs: number, kind: Kind, act: () => void | Promise<void>): void {
    this.at(this.now + delayMs, kind, act);
  }

  /** Moves the clock to the next entry and gives what is to be done; undefined if nothing is left. */
  next(): (() => void | Promise<void>) | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (first !== last) this.#sink(last);
    if (first.kind === "work") this.underWay--;
    if (first.kind === "later") this.later--;
    this.now = first.at;
    return first.act;
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let place = 0;
    for (let child = 1; child < heap.length; child = 2 * place + 1) {
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      const smaller = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(smaller, entry)) break;
      heap[place] = smaller;
      place = smaller === left ? child : child + 1;
    }
    heap[place] = entry;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}
