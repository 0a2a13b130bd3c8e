import type { ObjectHead, ObjectStore } from "../ports/objects.ts";
import type { Problem } from "../problem.ts";
import type { Checked } from "../records/check.ts";
import { withMediaAt } from "../records/media.ts";

/** How many objects are looked up, or copied, at a time. */
const AT_ONCE = 16;
/** The most media of one drop: they are copied while a plan runs, which has minutes. Our own limits. */
const MOST_MEDIA = 10_000;
const MOST_BYTES = 100_000_000_000;

const S3_URI = /^s3:\/\/([^/]+)\/(.+)$/;
const ENDING = /\.([A-Za-z0-9]{1,8})$/;

/** AWS's Nova guide asks for the right type of what is read from S3; these are the formats that it names. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  mp4: "video/mp4",
  mov: "video/quicktime",
  mkv: "video/x-matroska",
  webm: "video/webm",
  flv: "video/x-flv",
  mpeg: "video/mpeg",
  mpg: "video/mpeg",
  wmv: "video/x-ms-wmv",
  "3gp": "video/3gpp",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  csv: "text/csv",
  txt: "text/plain",
  md: "text/markdown",
  html: "text/html",
};

/** What became of one URI: where it is copied to, or why it is not. */
type Found = { head: ObjectHead; place: string } | { problem: Problem };

/**
 * The media that a drop's records name by `s3Location`. AWS's guide on the data of batch jobs has all of it lie in the
 * folder that the job is told of, so it is copied beside the job's input, under names that Bedrock takes, and the
 * records name the copies. Only what lies in the drop's own folder or below is copied: a drop could otherwise have
 * others' files read to it.
 */
export class Media {
  readonly #objects: ObjectStore;
  readonly #home: string;
  readonly #folder: string;
  readonly #found = new Map<string, Found>();
  readonly #places = new Map<string, string>();
  #sizeBytes = 0;

  /**
   * @param dropKey the key of the drop that names them
   * @param folder where they are copied to, ending in "/"
   */
  constructor(objects: ObjectStore, dropKey: string, folder: string) {
    this.#objects = objects;
    this.#home = dropKey.slice(0, dropKey.lastIndexOf("/") + 1);
    this.#folder = folder;
  }

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  /** True if a record names what was not looked up yet. */
  lacks(line: Checked): boolean {
    return line.kind === "good" && line.media?.some((uri) => !this.#found.has(uri)) === true;
  }

  /** Looks up what these lines name, many at a time; throws what the store throws. */
  async look(lines: readonly Checked[]): Promise<void> {
    const uris = new Set(lines.flatMap((line) => (line.kind === "good" ? (line.media ?? []) : [])));
    const unknown = [...uris].filter((uri) => !this.#found.has(uri));
    for (let from = 0; from < unknown.length; from += AT_ONCE) {
      const some = unknown.slice(from, from + AT_ONCE);
      const heads = await Promise.all(some.map((uri) => this.#head(uri)));
      for (const [at, uri] of some.entries()) this.#found.set(uri, this.#placed(uri, heads[at]));
    }
  }

  /** Why a record with these cannot be run; undefined if it can. */
  problemOf(uris: readonly string[]): Problem | undefined {
    for (const uri of uris) {
      const found = this.#found.get(uri);
      if (found === undefined) return unread;
      if ("problem" in found) return found.problem;
    }
    return undefined;
  }

  /** A record's line, with the copies in the place of what it names. */
  withCopies(line: Uint8Array): Uint8Array {
    return withMediaAt(line, this.#places);
  }

  /** Makes the copies; throws `ObjectChanged` or `ObjectMissing` for what is no longer what was looked up. */
  async copy(): Promise<void> {
    const all = [...this.#found.values()].filter((found) => "place" in found);
    for (let from = 0; from < all.length; from += AT_ONCE)
      await Promise.all(
        all.slice(from, from + AT_ONCE).map(({ head: { key, etag }, place }) => {
          const type = CONTENT_TYPES[endingOf(key)];
          return this.#objects.compose(place, [{ key, etag }], type);
        }),
      );
  }

  async #head(uri: string): Promise<ObjectHead | Problem> {
    const [, bucket, key] = S3_URI.exec(uri) ?? [];
    if (bucket === undefined || key === undefined) return notAUri;
    if (bucket !== this.#objects.bucket || !key.startsWith(this.#home)) return elsewhere;
    return (await this.#objects.head(key)) ?? missing;
  }

  #placed(uri: string, head: ObjectHead | Problem | undefined): Found {
    if (head === undefined || "code" in head) return { problem: head ?? unread };
    if (this.#places.size >= MOST_MEDIA || this.#sizeBytes + head.sizeBytes > MOST_BYTES) return { problem: tooMuch };
    this.#sizeBytes += head.sizeBytes;
    const ending = endingOf(head.key);
    const number = String(this.#places.size).padStart(5, "0");
    const place = `${this.#folder}${number}${ending === "" ? "" : `.${ending}`}`;
    this.#places.set(uri, `s3://${this.#objects.bucket}/${place}`);
    return { head, place };
  }
}

function endingOf(key: string): string {
  return ENDING.exec(key)?.[1]?.toLowerCase() ?? "";
}

function problem(what: string): Problem {
  return { code: "MediaUnreachable", message: `modelInput: an s3Location ${what}` };
}

const notAUri = problem('has a uri that is not of the form "s3://bucket/key"');
const elsewhere = problem(
  "names what does not lie beside this file. Put media into the stage's bucket, into the file's own folder or below it: in a folder whose name begins with _, such as _media/, it is no drop itself.",
);
const missing = problem("names an object that is not there. Put it there before the file that names it.");
const unread = problem("stands on a line with other records. End every record with a line feed.");
const tooMuch = problem(
  `is one of more than ${MOST_MEDIA.toLocaleString("en-US")} of the file, or all of them have more than 100 GB. Split the file by lines and drop the pieces.`,
);
