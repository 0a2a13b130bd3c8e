import type { Cuts } from "./strides.ts";

/** What a job's input may be. */
export interface PackingLimits {
  maxRecords: number;
  maxBytes: number;
  minRecords: number;
}

/** One job's share of the stream of good records. Offsets are in bytes from the stream's beginning. */
export interface Share {
  records: number;
  start: number;
  end: number;
}

/** Cuts one job's share into as few files as their size allows; each stride of it fits into one. */
export function filesOf(cuts: Cuts, share: Share, maxBytes: number): Share[] {
  const packer = new Packer(cuts, { maxRecords: Number.POSITIVE_INFINITY, maxBytes, minRecords: 1 });
  const positions = [packer.positionAt(share.start)];
  for (let at = positions[0] ?? 0; packer.bytes(at) < share.end; ) {
    at = Math.min(packer.reach(at), packer.positionAt(share.end));
    positions.push(at);
  }
  return packer.shares(positions);
}

/** Cut positions count strides: position p lies behind the first p of them. */
class Packer {
  readonly #cuts: Cuts;
  readonly #limits: PackingLimits;

  constructor(cuts: Cuts, limits: PackingLimits) {
    this.#cuts = cuts;
    this.#limits = limits;
  }

  records(position: number): number {
    return this.#cuts.records[position - 1] ?? 0;
  }

  bytes(position: number): number {
    return this.#cuts.bytes[position - 1] ?? 0;
  }

  /** The position at which so many bytes have passed. */
  positionAt(bytes: number): number {
    return firstTrue(0, this.#cuts.count, (position) => this.bytes(position) >= bytes);
  }

  fits(from: number, to: number): boolean {
    const { maxRecords, maxBytes } = this.#limits;
    return this.records(to) - this.records(from) <= maxRecords && this.bytes(to) - this.bytes(from) <= maxBytes;
  }

  /** The furthest position that a job from `from` can reach. */
  reach(from: number): number {
    return lastTrue(from, this.#cuts.count, (to) => this.fits(from, to));
  }

  /** The earliest position from which a job can reach `to`. */
  reachBack(to: number): number {
    return firstTrue(0, to, (from) => this.fits(from, to));
  }

  /** Cuts into the fewest jobs that respect the upper limits, as even as these allow; undefined if more than `maxJobs`. */
  evenly(maxJobs: number): number[] | undefined {
    const { count } = this.#cuts;
    let jobs = 0;
    for (let at = 0; at < count; jobs++) {
      if (jobs === maxJobs) return undefined;
      at = this.reach(at);
    }
    // A cut before the earliest would leave more than the jobs behind it can carry.
    const earliest = [count];
    for (let left = 1; left < jobs; left++) earliest.unshift(this.reachBack(earliest[0] ?? 0));
    const positions = [0];
    for (let job = 1; job < jobs; job++) {
      const from = positions[job - 1] ?? 0;
      const fair = this.#fairCut(from, jobs - job + 1);
      // Every job gets a stride: were the earliest not behind `from`, or its reach too far, fewer jobs would do.
      positions.push(Math.min(this.reach(from), Math.max(earliest[job - 1] ?? 0, fair)));
    }
    positions.push(count);
    return positions;
  }

  /** Where the next of so many jobs would end if all that is left were shared alike. */
  #fairCut(from: number, jobs: number): number {
    const { count } = this.#cuts;
    const { maxRecords, maxBytes } = this.#limits;
    // Shared alike by what fills jobs first, and by records where both do.
    const byRecords = this.records(count) / maxRecords >= this.bytes(count) / maxBytes;
    const measure = (position: number) => (byRecords ? this.records(position) : this.bytes(position));
    const goal = measure(from) + (measure(count) - measure(from)) / jobs;
    // The nearest cut: half-way from it to the next the goal has been passed.
    return firstTrue(from, count, (position) => (measure(position) + measure(position + 1)) / 2 > goal);
  }

  meetsMinimum(positions: readonly number[]): boolean {
    return positions.every(
      (position, at) =>
        at === 0 || this.records(position) - this.records(positions[at - 1] ?? 0) >= this.#limits.minRecords,
    );
  }

  /**
   * The fewest jobs that respect the lower limit too, even or not; undefined if there are none. It goes over the
   * positions once: the starts from which a job can end at a position form a window that only moves forward.
   */
  aboveMinimum(): number[] | undefined {
    const { count } = this.#cuts;
    const jobsTo = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
    const startOf = new Int32Array(count + 1);
    jobsTo[0] = 0;
    // Candidates for a job's start, in order, each with fewer jobs before it than any later one has.
    const window = new Int32Array(count);
    let [head, tail, next] = [0, 0, 0];
    const jobsBefore = (position: number) => jobsTo[position] ?? Number.POSITIVE_INFINITY;
    for (let to = 1; to <= count; to++) {
      // This ends before `to`, as the minimum is at least one record.
      for (; this.records(to) - this.records(next) >= this.#limits.minRecords; next++) {
        // Of two with as many jobs before them either will do: the later fits for longer, so the other need not stay.
        while (tail > head && jobsBefore(window[tail - 1] ?? 0) >= jobsBefore(next)) tail--;
        window[tail++] = next;
      }
      while (head < tail && !this.fits(window[head] ?? 0, to)) head++;
      if (head === tail) continue;
      startOf[to] = window[head] ?? 0;
      jobsTo[to] = jobsBefore(window[head] ?? 0) + 1;
    }
    if (!Number.isFinite(jobsBefore(count))) return undefined;
    const positions: number[] = [];
    for (let at = count; at > 0; at = startOf[at] ?? 0) positions.unshift(at);
    return [0, ...positions];
  }

  shares(positions: readonly number[]): Share[] {
    return positions.slice(1).map((to, at) => {
      const from = positions[at] ?? 0;
      return { records: this.records(to) - this.records(from), start: this.bytes(from), end: this.bytes(to) };
    });
  }
}

/** Either the jobs, or why there can be none: too many of them, or no way to cut that keeps every job above the minimum. */
export type Packing = { shares: Share[] } | { shares?: undefined; failure: "tooMany" | "noCut" };

/**
 * Packs a stream of records, in its order, into the fewest jobs that respect every limit, evenly rather than with one
 * tiny job at the end. Where the minimum of records and the limit of bytes pull against each other, any cut that
 * respects both is taken.
 *
 * @param cuts where the stream can be cut; every stride is within the upper limits
 */
export function pack(cuts: Cuts, limits: PackingLimits, maxJobs: number): Packing {
  const packer = new Packer(cuts, limits);
  const even = packer.evenly(maxJobs);
  if (even === undefined) return { failure: "tooMany" };
  if (packer.meetsMinimum(even)) return { shares: packer.shares(even) };
  const positions = packer.aboveMinimum();
  if (positions === undefined) return { failure: "noCut" };
  return positions.length - 1 > maxJobs ? { failure: "tooMany" } : { shares: packer.shares(positions) };
}

/** The last position of [low, high] at which a condition holds that holds at `low` and, once false, stays false. */
function lastTrue(low: number, high: number, holds: (position: number) => boolean): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.ceil((from + to) / 2);
    if (holds(middle)) from = middle;
    else to = middle - 1;
  }
  return from;
}

/** The first position of [low, high] at which a condition holds that holds at `high` and, once true, stays true. */
function firstTrue(low: number, high: number, holds: (position: number) => boolean): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
