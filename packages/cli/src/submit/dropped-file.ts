/** A file that was dropped. */
export interface DroppedFile {
  file: string;
  key: string;
  id: string;
}
