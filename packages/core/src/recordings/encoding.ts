import chardet from 'chardet';
import iconv from 'iconv-lite';

/** In use for Russian before UTF-8, and still on many disks. */
const CYRILLIC = ['windows-1251', 'koi8-r', 'cp866'] as const;

/** Reads a text in any common encoding; null when the bytes are no text. */
export function decodeText(bytes: Buffer): string | null {
  const text = decode(bytes).replaceAll(/\r\n?/g, '\n');
  // Control characters other than white space mean a binary file.
  return /\p{Cc}/u.test(text.replace(/[\t\n\f\v]/g, '')) ? null : text;
}

function decode(bytes: Buffer): string {
  const encoding = utf16(bytes);
  if (encoding) return iconv.decode(bytes, encoding);
  try {
    // What is valid UTF-8 is UTF-8: other encodings of more than a few letters never are. Takes the mark away.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const guess = cyrillic(bytes) ?? chardet.detect(bytes) ?? 'windows-1252';
    return iconv.decode(bytes, iconv.encodingExists(guess) ? guess : 'windows-1252');
  }
}

/** By its mark, or by its high bytes: zero for Latin, four for Cyrillic, on one side only. */
function utf16(bytes: Buffer): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const pairs = Math.min(Math.floor(bytes.length / 2), 2_000);
  if (pairs < 4 || bytes.length % 2 !== 0) return null;
  const share = (side: 0 | 1) => {
    let high = 0;
    for (let i = side; i < pairs * 2; i += 2) if (bytes[i] === 0 || bytes[i] === 4) high += 1;
    return high / pairs;
  };
  const [even, odd] = [share(0), share(1)];
  if (odd > 0.7 && even < 0.3) return 'utf-16le';
  return even > 0.7 && odd < 0.3 ? 'utf-16be' : null;
}

/** The right reading has the most small letters in words; a wrong one has capitals, frames and signs instead. */
function cyrillic(bytes: Buffer): string | null {
  const sample = bytes.subarray(0, 20_000);
  let beyondAscii = 0;
  for (const byte of sample) if (byte >= 0x80) beyondAscii += 1;
  const scored = CYRILLIC.map((encoding) => {
    const words = iconv.decode(sample, encoding).match(/(?<!\p{L})[А-ЯЁа-яё][а-яё]*(?!\p{L})/gu) ?? [];
    return { encoding, letters: words.join('').length };
  });
  const [best] = scored.toSorted((a, b) => b.letters - a.letters);
  return best && best.letters > beyondAscii / 2 ? best.encoding : null;
}
