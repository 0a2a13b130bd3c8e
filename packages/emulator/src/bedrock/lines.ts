/** A line may be this long, so that a file without line ends is not read into memory. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

const LINE_FEED = 0x0a;

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}

/**
 * Cuts a stream into its lines, without blank ones: a list for every chunk, as one turn of the event loop for a line
 * would cost more than the line.
 * @throws RangeError if a line is longer than MAX_LINE_BYTES.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, from)) {
      const line = Buffer.concat([...rest, bytes.subarray(from, end)]);
      rest = [];
      restBytes = 0;
      from = end + 1;
      if (!isBlank(line)) lines.push(line);
    }
    if (from < bytes.length) {
      rest.push(bytes.subarray(from));
      restBytes += bytes.length - from;
    }
    if (restBytes > MAX_LINE_BYTES) throw new RangeError(`A line is longer than ${MAX_LINE_BYTES} bytes.`);
    if (lines.length > 0) yield lines;
  }
  const last = Buffer.concat(rest);
  if (!isBlank(last)) yield [last];
}
