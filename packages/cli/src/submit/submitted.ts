/** A file that was dropped. */
export interface Submitted {
  file: string;
  key: string;
  id: string;
}
