/** A page of something, and where the next one begins. */
export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  cursor?: string;
}
