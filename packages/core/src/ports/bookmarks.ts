export interface Bookmark {
  /** When the pass began, in epoch milliseconds. */
  startedAt: number;
  /** Where it goes on; absent once it is through. */
  cursor?: string;
}

/** Where bounded passes over many things stopped. */
export interface Bookmarks {
  get(name: string): Promise<Bookmark | undefined>;
  set(name: string, bookmark: Bookmark): Promise<void>;
}
