import { DocumentRefused } from "./refusal.ts";

interface Magic {
  bytes: readonly number[];
  /** Where they stand, in bytes from the file's beginning; 0 if left out. */
  at?: number;
  what: string;
  next: string;
}

const ascii = (text: string) => [...text].map((char) => char.charCodeAt(0));

const asJsonl = "Write its records as JSONL, one JSON object a line, and drop that.";
const repack = "Unpack it and drop the JSONL file in it, or pack it as gzip.";
const unpackEach = "Unpack it and drop the JSONL files in it one by one; each may be packed as gzip.";
const asUtf8 = "Save it as UTF-8 and drop it again, for instance: iconv -f UTF-16 -t UTF-8 file > file.jsonl";

/** The signature of POSIX's and GNU's tar stands behind the name and numbers of the first file in it. */
const TAR_AT = 257;

/** What common files that are no JSONL begin with. None of these can begin a line that is valid JSON in UTF-8. */
const MAGICS: readonly Magic[] = [
  { bytes: [0xff, 0xfe], what: "UTF-16 text", next: asUtf8 },
  { bytes: [0xfe, 0xff], what: "UTF-16 text", next: asUtf8 },
  { bytes: ascii("ustar"), at: TAR_AT, what: "a tar archive", next: unpackEach },
  { bytes: [0x50, 0x4b, 0x05, 0x06], what: "an empty zip archive", next: repack },
  // Only a file within a file still begins like this once it is unpacked.
  { bytes: [0x1f, 0x8b], what: "gzip within gzip", next: "Unpack it once and drop it again." },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: "a zstd archive", next: repack },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], what: "an xz archive", next: repack },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], what: "a 7z archive", next: unpackEach },
  { bytes: ascii("Rar!\x1a\x07"), what: "a rar archive", next: unpackEach },
  { bytes: [0x04, 0x22, 0x4d, 0x18], what: "an lz4 archive", next: repack },
  { bytes: [0xff, 0x06, 0x00, 0x00, ...ascii("sNaPpY")], what: "a snappy archive", next: repack },
  { bytes: ascii("BZh"), what: "a bzip2 archive", next: repack },
  { bytes: ascii("PAR1"), what: "a Parquet file", next: asJsonl },
  { bytes: [...ascii("Obj"), 1], what: "an Avro file", next: asJsonl },
  { bytes: ascii("ORC"), what: "an ORC file", next: asJsonl },
  { bytes: ascii("ARROW1"), what: "an Arrow file", next: asJsonl },
  { bytes: ascii("SQLite format 3"), what: "an SQLite database", next: asJsonl },
  { bytes: [0x89, ...ascii("HDF")], what: "an HDF5 file", next: asJsonl },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], what: "an Excel or Word file", next: asJsonl },
  { bytes: ascii("%PDF-"), what: "a PDF file", next: asJsonl },
  { bytes: [0x89, ...ascii("PNG")], what: "an image", next: asJsonl },
  { bytes: [0xff, 0xd8, 0xff], what: "an image", next: asJsonl },
  { bytes: ascii("GIF8"), what: "an image", next: asJsonl },
  { bytes: ascii("ftyp"), at: 4, what: "a video", next: asJsonl },
];

const ZIP = [0x50, 0x4b, 0x03, 0x04] as const;
/** The names of the first files in the zip archives that office programs write. */
const OFFICE_PARTS = [
  ["xl/", "an Excel file"],
  ["word/", "a Word file"],
  ["ppt/", "a PowerPoint file"],
  ["[Content_Types].xml", "an Excel, Word or PowerPoint file"],
] as const;

/** A NUL in at least every so-many-th byte is what Western text looks like in UTF-16. */
const UTF16_NUL_SHARE = 4;

/**
 * Throws `DocumentRefused` if a file's first bytes are those of a known binary format, or of UTF-16.
 *
 * @param head the beginning of the file, unpacked
 */
export function refuseForeign(head: Uint8Array): void {
  const magic = MAGICS.find(({ bytes, at = 0 }) => hasAt(head, bytes, at));
  if (magic !== undefined) throw foreign(magic.what, magic.next);
  if (hasAt(head, ZIP, 0)) throw zipped(head);
  let nuls = 0;
  for (const byte of head) if (byte === 0) nuls++;
  // Without a byte-order mark: `{` NUL or NUL `{`, and so on. Zeros throughout are something else.
  if (
    nuls * UTF16_NUL_SHARE >= head.length &&
    nuls * 2 <= head.length + 1 &&
    nuls > 0 &&
    (head[0] === 0) !== (head[1] === 0)
  )
    throw foreign("UTF-16 text", asUtf8);
}

function hasAt(head: Uint8Array, bytes: readonly number[], from: number): boolean {
  return bytes.every((byte, at) => head[from + at] === byte);
}

/** A zip archive names its files in its head. */
function zipped(head: Uint8Array): DocumentRefused {
  const names = new TextDecoder("latin1").decode(head);
  const office = OFFICE_PARTS.find(([name]) => names.includes(name));
  return office === undefined ? foreign("a zip archive", unpackEach) : foreign(office[1], asJsonl);
}

/** The refusal of a file with NUL bytes where records should begin. */
export function binaryFile(): DocumentRefused {
  return foreign("a binary file", asJsonl);
}

function foreign(what: string, next: string): DocumentRefused {
  const code = what === "UTF-16 text" ? "NotUtf8" : "BinaryFile";
  return new DocumentRefused(code, `The file is ${what}, not JSONL in UTF-8. ${next}`);
}
