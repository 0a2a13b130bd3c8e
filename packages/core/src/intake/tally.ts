/** So many different sentences are told; lines with others are only counted. */
const MOST_SENTENCES = 50;
/** So many lines of one sentence are named. */
const MOST_LINES = 5;
const OTHERS = { code: "Others", message: "Lines with still other words, which are not told one by one." };

/** A sentence, told once for all the lines that it is true of. */
export interface Told {
  code: string;
  /** Names fields, never what is in them. */
  message: string;
  /** How often. */
  count: number;
  /** The first lines, from 1; none where the file as a whole is meant. */
  lines: number[];
}

/** Counts sentences, in the order in which they first came. Its size is bounded. */
export class Tally {
  readonly #told = new Map<string, Told>();

  add({ code, message }: { code: string; message: string }, line?: number): void {
    const told = this.#find(code, message);
    told.count++;
    if (line !== undefined && told.lines.length < MOST_LINES) told.lines.push(line);
  }

  get all(): Told[] {
    return [...this.#told.values()];
  }

  #find(code: string, message: string): Told {
    const key = `${code} ${message}`;
    const known = this.#told.get(key);
    if (known !== undefined) return known;
    if (this.#told.size >= MOST_SENTENCES && message !== OTHERS.message) return this.#find(OTHERS.code, OTHERS.message);
    const told = { code, message, count: 0, lines: [] };
    this.#told.set(key, told);
    return told;
  }
}
