import iconv from 'iconv-lite';

/** UTF-8 of which a piece was lost (a file cut in the middle of a letter, one foreign byte) is still UTF-8. */
const MOST_BROKEN = 0.02;

/** The text when the bytes are UTF-8, 16 or 32, with or without a mark, without the mark; null when they are not. */
export function unicodeOf(bytes: Buffer): string | null {
  const marked = byMark(bytes) ?? byZeros(bytes);
  if (marked) return iconv.decode(bytes, marked);
  const text = new TextDecoder('utf-8').decode(bytes);
  let beyondAscii = 0;
  let broken = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0xfffd) broken += 1;
    else if (code > 0x7f) beyondAscii += 1;
  }
  if (broken === 0) return text;
  // The last letter may be cut in the middle; other encodings of more than a few letters are hardly ever valid.
  const hasMark = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
  return hasMark || broken <= beyondAscii * MOST_BROKEN || (broken === 1 && beyondAscii > 5) ? text : null;
}

function byMark(bytes: Buffer): string | null {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length % 4 === 0 ? 'utf-32le' : 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return a === 0 && b === 0 && c === 0xfe && d === 0xff ? 'utf-32be' : null;
}

/** Without a mark: bytes that are zero for Latin and four for Cyrillic letters, on one side only. */
function byZeros(bytes: Buffer): string | null {
  const size = Math.min(bytes.length, 8_000);
  const share = (width: number, at: number, ...values: number[]) => {
    let hits = 0;
    for (let i = at; i < size; i += width) if (values.includes(bytes[i] ?? -1)) hits += 1;
    return hits / Math.floor(size / width);
  };
  if (size >= 4 && bytes.length % 4 === 0) {
    if (share(4, 3, 0) === 1 && share(4, 2, 0) > 0.9 && share(4, 1, 0, 4) > 0.7) return 'utf-32le';
    if (share(4, 0, 0) === 1 && share(4, 1, 0) > 0.9 && share(4, 2, 0, 4) > 0.7) return 'utf-32be';
  }
  // One of more than a few letters may have lost its last byte.
  if (size < 2 || (bytes.length % 2 !== 0 && size < 40)) return null;
  const [even, odd] = [share(2, 0, 0, 4), share(2, 1, 0, 4)];
  if (odd > 0.7 && even < 0.3) return 'utf-16le';
  return even > 0.7 && odd < 0.3 ? 'utf-16be' : null;
}
