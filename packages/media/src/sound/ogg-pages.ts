import { readFile, writeFile } from 'node:fs/promises';

const MAGIC = Buffer.from('OggS\0', 'latin1');
/** Before the table of a page's pieces (RFC 3533, 6). */
const HEAD_BYTES = 27;

/**
 * Copies the pages of an Ogg file and leaves out what stands between them and is none; answers how many bytes that was. ffmpeg
 * looks for the next page no further than the longest one may be, 64 KB, and leaves off there.
 */
export async function keepPages({
  file,
  to,
}: {
  readonly file: string;
  readonly to: string;
}): Promise<{ droppedBytes: number }> {
  const whole = await readFile(file);
  const pages: Buffer[] = [];
  let kept = 0;
  for (let at = whole.indexOf(MAGIC); at >= 0;) {
    const end = endOf(whole, at);
    // What is broken within a page, its checksum tells the decoder.
    const isPage =
      end === whole.length || (end < whole.length && whole.subarray(end, end + MAGIC.length).equals(MAGIC));
    const next = isPage ? end : whole.indexOf(MAGIC, at + MAGIC.length);
    if (isPage) {
      pages.push(whole.subarray(at, end));
      kept += end - at;
    }
    at = next >= whole.length ? -1 : next;
  }
  await writeFile(to, Buffer.concat(pages));
  return { droppedBytes: whole.length - kept };
}

/** Where the page at `at` ends by its own table. */
function endOf(whole: Buffer, at: number): number {
  const pieces = whole[at + HEAD_BYTES - 1] ?? 0;
  let end = at + HEAD_BYTES + pieces;
  for (const size of whole.subarray(at + HEAD_BYTES, at + HEAD_BYTES + pieces)) end += size;
  return end;
}
