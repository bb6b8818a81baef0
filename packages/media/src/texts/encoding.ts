import chardet from 'chardet';
import iconv from 'iconv-lite';
import { withoutControls } from './control-characters.ts';
import { unicodeOf } from './unicode.ts';
import { mostPlausible } from './cyrillic.ts';

/** Enough to tell an encoding by; a longer text is read in the encoding of its beginning. */
const SAMPLE_BYTES = 32_768;

/** Reads a text in any common encoding, with one kind of line end; null when the bytes are no text. Linear in size. */
export function decodeText(bytes: Buffer): string | null {
  return withoutControls(unicodeOf(bytes) ?? iconv.decode(bytes, eightBit(bytes.subarray(0, SAMPLE_BYTES))));
}

/** Which of the encodings of one byte a letter (and of East Asia) the bytes are in. */
function eightBit(sample: Buffer): string {
  const guess = mostPlausible(sample) ?? chardet.detect(sample) ?? 'windows-1252';
  // The detector names single-byte ISO sets for texts of Windows, whose quotes and dashes are control characters there.
  if (/^iso-8859-1$/i.test(guess) || !iconv.encodingExists(guess)) return 'windows-1252';
  return guess;
}
