/** Names that nobody else draws. */
export interface Ids {
  /** A name for one run of a move: letters and digits, unique. */
  run(): string;
}
