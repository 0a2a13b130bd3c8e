import { DocumentRefused } from "./refusal.ts";

interface Magic {
  bytes: readonly number[];
  what: string;
  next: string;
}

const ascii = (text: string) => [...text].map((char) => char.charCodeAt(0));

const asJsonl = "Write its records as JSONL, one JSON object a line, and drop that.";
const repack = "Unpack it and drop the JSONL file in it, or pack it as gzip.";
const asUtf8 = "Save it as UTF-8 and drop it again, for instance: iconv -f UTF-16 -t UTF-8 file > file.jsonl";

/** What common files that are no JSONL begin with. None of these can begin a line that is valid JSON in UTF-8. */
const MAGICS: readonly Magic[] = [
  { bytes: [0xff, 0xfe], what: "UTF-16 text", next: asUtf8 },
  { bytes: [0xfe, 0xff], what: "UTF-16 text", next: asUtf8 },
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: "a zip archive (or an Excel or Word file)", next: repack },
  { bytes: [0x50, 0x4b, 0x05, 0x06], what: "an empty zip archive", next: repack },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: "a zstd archive", next: repack },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], what: "an xz archive", next: repack },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], what: "a 7z archive", next: repack },
  { bytes: ascii("BZh"), what: "a bzip2 archive", next: repack },
  { bytes: ascii("PAR1"), what: "a Parquet file", next: asJsonl },
  { bytes: [...ascii("Obj"), 1], what: "an Avro file", next: asJsonl },
  { bytes: ascii("ORC"), what: "an ORC file", next: asJsonl },
  { bytes: ascii("%PDF-"), what: "a PDF file", next: asJsonl },
];

/** A NUL in at least every so-many-th byte is what Western text looks like in UTF-16. */
const UTF16_NUL_SHARE = 4;

/**
 * Throws `DocumentRefused` if a file's first bytes are those of a known binary format, or of UTF-16.
 *
 * @param head the beginning of the file, unpacked
 */
export function refuseForeign(head: Uint8Array): void {
  const magic = MAGICS.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte));
  if (magic !== undefined) throw foreign(magic.what, magic.next);
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

/** The refusal of a file with NUL bytes where records should begin. */
export function binaryFile(): DocumentRefused {
  return foreign("a binary file", asJsonl);
}

function foreign(what: string, next: string): DocumentRefused {
  const code = what === "UTF-16 text" ? "NotUtf8" : "BinaryFile";
  return new DocumentRefused(code, `The file is ${what}, not JSONL in UTF-8. ${next}`);
}
