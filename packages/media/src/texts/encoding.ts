import chardet from 'chardet';
import iconv from 'iconv-lite';
import { withoutControls } from './control-characters.ts';
import { onceEncoded } from './twice-encoded.ts';
import { unicodeOf } from './unicode.ts';
import { mostPlausible } from './cyrillic.ts';

/** Enough to tell an encoding by; a longer text is read in the encoding of its beginning. */
const SAMPLE_BYTES = 32_768;

/** Reads a text in any common encoding, with one kind of line end; null when the bytes are no text. Linear in size. */
export function decodeText(bytes: Buffer): string | null {
  const unicode = unicodeOf(bytes);
  if (unicode?.includes('\uFFFD') === false) return withoutControls(onceEncoded(unicode));
  return withoutControls(
    byDeclaration(bytes) ??
      byLines(bytes) ??
      unicode ??
      iconv.decode(bytes, eightBit(bytes.subarray(0, SAMPLE_BYTES))),
  );
}

/** Pages and XML say it themselves; what they say is wrong where they say UTF-8 and are not. */
function byDeclaration(bytes: Buffer): string | null {
  const head = bytes.subarray(0, 2_048).toString('latin1');
  if (!/^\s*</.test(head)) return null;
  const [, said = ''] =
    /^\s*<\?xml[^<>]{0,100}encoding=["']([\w-]{1,40})["']/.exec(head) ??
    /<meta\s[^<>]{0,200}charset=["']?([\w-]{1,40})/i.exec(head) ??
    [];
  return said === '' || /^utf/i.test(said) || !iconv.encodingExists(said) ? null : iconv.decode(bytes, said);
}

/** Letters that are right in UTF-8 by chance are hardly ever more. */
const BY_CHANCE = 10;

/** A log or a list that several systems wrote, UTF-8 and lines of another encoding among it; null when it is none. */
function byLines(bytes: Buffer): string | null {
  const lines: { readonly bytes: Buffer; readonly text: string; readonly isForeign: boolean }[] = [];
  let right = 0;
  for (let from = 0; from <= bytes.length;) {
    const end = bytes.indexOf(0x0a, from);
    const line = bytes.subarray(from, end === -1 ? bytes.length : end);
    const text = new TextDecoder('utf-8').decode(line);
    const beyondAscii = text.replaceAll(/\p{ASCII}/gu, '').length;
    const broken = text.split('\uFFFD').length - 1;
    const isForeign = broken > beyondAscii / 2;
    if (!isForeign) right += beyondAscii - broken;
    lines.push({ bytes: line, text, isForeign });
    from += line.length + 1;
  }
  const foreign = lines.filter(({ isForeign }) => isForeign);
  if (foreign.length === 0 || right <= BY_CHANCE) return null;
  const sample = Buffer.concat(foreign.slice(0, 1_000).map((line) => line.bytes)).subarray(0, SAMPLE_BYTES);
  const encoding = eightBit(sample);
  return lines.map((line) => (line.isForeign ? iconv.decode(line.bytes, encoding) : line.text)).join('\n');
}

/** Which of the encodings of one byte a letter (and of East Asia) the bytes are in. */
function eightBit(sample: Buffer): string {
  const guess = mostPlausible(sample) ?? chardet.detect(sample) ?? 'windows-1252';
  // The detector names single-byte ISO sets for texts of Windows, whose quotes and dashes are control characters there.
  if (/^(iso-8859-1|windows-1252)$/i.test(guess) || !iconv.encodingExists(guess))
    return isOldMac(sample) ? 'macintosh' : 'windows-1252';
  return guess;
}

/** Apostrophes and quotes stand where Windows has capitals with accents, and none where Windows has them. */
function isOldMac(sample: Buffer): boolean {
  const text = sample.toString('latin1');
  const windows = /[a-z]\u0092[a-z]|\u0093\w/.test(text);
  return !windows && /[a-z]\u00D5[a-z]|(^|\s)\u00D2\w|\w[.,!?]?\u00D3(\s|$)/.test(text);
}
