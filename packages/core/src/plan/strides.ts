/** The most strides that are remembered; two arrays of 8 bytes each. */
const MAX_STRIDES = 2 ** 20;
const FIRST_STRIDES = 2 ** 12;
/** After a merge so much of the table must be free, or merging would come too often. */
const FREE_SHARE = 0.25;
/** A stride is at most so small a share of a job's bytes, and of its records, unless it is one record. */
const STRIDES_PER_JOB_BYTES = 64;
const STRIDES_PER_JOB_RECORDS = 8;
/** A stride grows by the first of these that keeps whole strides in a full job, so that jobs can be filled exactly. */
const GROWTHS = [2, 3, 4, 5] as const;

/** Where a file can be cut: running totals at the end of every stride. */
export interface Cuts {
  /** How many strides there are. */
  count: number;
  /** Records up to and with stride i. */
  records: Float64Array;
  /** Bytes up to and with stride i. */
  bytes: Float64Array;
}

/**
 * Remembers where a stream of records can be cut, in constant memory. A stride is one record at first; whenever the
 * table is full, neighbours are merged.
 *
 * If even the coarsest strides do not fit, more than 2,000 jobs are needed: two neighbours never fit into one stride,
 * so that 786,432 of them are more than 3,000 jobs' worth. Then only the totals are kept, and `overflowed` says so.
 */
export class Strides {
  readonly #maxRecords: number;
  readonly #maxStrideBytes: number;
  #records = new Float64Array(FIRST_STRIDES);
  #bytes = new Float64Array(FIRST_STRIDES);
  #count = 0;
  #perStride = 1;
  /** The totals with the stride that is still open. */
  #totalRecords = 0;
  #totalBytes = 0;
  #openRecords = 0;
  #openBytes = 0;
  #overflowed = false;

  constructor({ maxRecords, maxBytes }: { maxRecords: number; maxBytes: number }) {
    this.#maxRecords = maxRecords;
    this.#maxStrideBytes = maxBytes / STRIDES_PER_JOB_BYTES;
  }

  get records(): number {
    return this.#totalRecords;
  }

  get overflowed(): boolean {
    return this.#overflowed;
  }

  add(sizeBytes: number): void {
    if (!this.#openTakes(1, sizeBytes)) {
      if (this.#isFull) this.#makeRoom();
      // Coarser strides may have room for it.
      if (!this.#openTakes(1, sizeBytes)) this.#close();
    }
    this.#openRecords++;
    this.#openBytes += sizeBytes;
    this.#totalRecords++;
    this.#totalBytes += sizeBytes;
  }

  /** The cuts so far, the end of the last record among them. Nothing can be added afterwards. */
  cuts(): Cuts {
    if (this.#isFull) this.#makeRoom();
    if (this.#openRecords > 0) this.#close();
    return { count: this.#count, records: this.#records, bytes: this.#bytes };
  }

  get #isFull(): boolean {
    return this.#count === this.#records.length && !this.#overflowed;
  }

  #openTakes(records: number, bytes: number): boolean {
    if (this.#openRecords === 0) return true;
    return this.#openRecords + records <= this.#perStride && this.#openBytes + bytes <= this.#maxStrideBytes;
  }

  #close(): void {
    if (this.#overflowed) return;
    this.#records[this.#count] = this.#totalRecords;
    this.#bytes[this.#count] = this.#totalBytes;
    this.#count++;
    this.#openRecords = 0;
    this.#openBytes = 0;
  }

  #makeRoom(): void {
    if (this.#records.length < MAX_STRIDES) {
      this.#records = enlarged(this.#records);
      this.#bytes = enlarged(this.#bytes);
      return;
    }
    while (this.#count > MAX_STRIDES * (1 - FREE_SHARE)) {
      const grown = this.#perStride * growth(this.#perStride, this.#maxRecords);
      if (grown > Math.max(1, this.#maxRecords / STRIDES_PER_JOB_RECORDS)) {
        this.#overflowed = true;
        return;
      }
      this.#perStride = grown;
      this.#merge();
      this.#reopen();
    }
  }

  /** The last stride may have been left short by a merge: it goes on growing, so that all others have one length. */
  #reopen(): void {
    const last = this.#count - 1;
    const records = (this.#records[last] ?? 0) - (this.#records[last - 1] ?? 0);
    const bytes = (this.#bytes[last] ?? 0) - (this.#bytes[last - 1] ?? 0);
    if (!this.#openTakes(records, bytes)) return;
    this.#count--;
    this.#openRecords += records;
    this.#openBytes += bytes;
  }

  #merge(): void {
    let kept = 0;
    let fromRecords = 0;
    let fromBytes = 0;
    for (let at = 0; at < this.#count; at++) {
      const records = this.#records[at] ?? 0;
      const bytes = this.#bytes[at] ?? 0;
      const nextRecords = this.#records[at + 1] ?? 0;
      const nextBytes = this.#bytes[at + 1] ?? 0;
      const mergesOn =
        at + 1 < this.#count &&
        nextRecords - fromRecords <= this.#perStride &&
        nextBytes - fromBytes <= this.#maxStrideBytes;
      if (mergesOn) continue;
      this.#records[kept] = records;
      this.#bytes[kept] = bytes;
      kept++;
      fromRecords = records;
      fromBytes = bytes;
    }
    this.#count = kept;
  }
}

function growth(perStride: number, maxRecords: number): number {
  return GROWTHS.find((times) => maxRecords % (perStride * times) === 0) ?? GROWTHS[0];
}

function enlarged(before: Float64Array): Float64Array<ArrayBuffer> {
  const after = new Float64Array(before.length * 2);
  after.set(before);
  return after;
}
