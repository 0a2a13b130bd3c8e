/** A page of something, and where the next one begins. */
export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  cursor?: string;
  /** Items of the page that are not what Sluice writes, each in words: they hold nothing else up. */
  unreadable?: string[];
}
