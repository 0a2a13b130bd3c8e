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
 * so that 786,432 of them are more than 3,000 jobs' worth. Then the last stride takes whatever is to come, and
 * `overflowed` says so.
 */
export class Strides {
  readonly #maxRecords: number;
  readonly #maxStrideBytes: number;
  #records = new Float64Array(FIRST_STRIDES);
  #bytes = new Float64Array(FIRST_STRIDES);
  #count = 0;
  #perStride = 1;
  #totalRecords = 0;
  #totalBytes = 0;
  /** The totals up to which the last stride may grow; at first there is none, so that nothing fits into it. */
  #untilRecords = 0;
  #untilBytes = 0;

  constructor({ maxRecords, maxBytes }: { maxRecords: number; maxBytes: number }) {
    this.#maxRecords = maxRecords;
    this.#maxStrideBytes = maxBytes / STRIDES_PER_JOB_BYTES;
  }

  get records(): number {
    return this.#totalRecords;
  }

  get overflowed(): boolean {
    return this.#untilRecords === Number.POSITIVE_INFINITY;
  }

  add(sizeBytes: number): void {
    this.#totalRecords++;
    this.#totalBytes += sizeBytes;
    const isFull = this.#count === this.#records.length;
    if (isFull && !this.#lastTakes(this.#totalRecords, this.#totalBytes)) this.#makeRoom();
    this.#append(this.#totalRecords, this.#totalBytes);
  }

  /** The cuts so far, the end of the last record among them. They are good until the next record is added. */
  cuts(): Cuts {
    return { count: this.#count, records: this.#records, bytes: this.#bytes };
  }

  /** Whether the last stride may go on up to these totals. */
  #lastTakes(records: number, bytes: number): boolean {
    return records <= this.#untilRecords && bytes <= this.#untilBytes;
  }

  /** What lies between the last stride's end and these totals joins it, or becomes a stride where it has no room. */
  #append(records: number, bytes: number): void {
    if (!this.#lastTakes(records, bytes)) {
      this.#untilRecords = (this.#records[this.#count - 1] ?? 0) + this.#perStride;
      this.#untilBytes = (this.#bytes[this.#count - 1] ?? 0) + this.#maxStrideBytes;
      this.#count++;
    }
    this.#records[this.#count - 1] = records;
    this.#bytes[this.#count - 1] = bytes;
  }

  #makeRoom(): void {
    if (this.#records.length < MAX_STRIDES) {
      this.#records = enlarged(this.#records);
      this.#bytes = enlarged(this.#bytes);
      return;
    }
    while (this.#count > MAX_STRIDES * (1 - FREE_SHARE)) {
      const grown = this.#perStride * growth(this.#perStride, this.#maxRecords);
      if (grown > this.#maxRecords / STRIDES_PER_JOB_RECORDS) {
        this.#untilRecords = Number.POSITIVE_INFINITY;
        this.#untilBytes = Number.POSITIVE_INFINITY;
        return;
      }
      this.#perStride = grown;
      this.#merge();
    }
  }

  /** Appends every stride anew, in place, since none moves towards the table's end. */
  #merge(): void {
    const before = this.#count;
    this.#count = 0;
    this.#untilRecords = 0;
    for (let at = 0; at < before; at++) this.#append(this.#records[at] ?? 0, this.#bytes[at] ?? 0);
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
