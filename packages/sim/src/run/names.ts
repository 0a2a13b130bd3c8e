const ULID = /[0-9A-HJKMNP-TV-Z]{26}/gi;

/** Short names for ids, so that histories can be read and places have the same name in every run. */
export class Names {
  readonly #names = new Map<string, string>();

  set(id: string, name: string): void {
    this.#names.set(id, name);
  }

  /** The text with every known id replaced by its name. */
  shorten(text: string): string {
    return text.length < 26 ? text : text.replace(ULID, (id) => this.#names.get(id.toUpperCase()) ?? id);
  }
}
