import iconv from 'iconv-lite';

/** What read UTF-8 letter by letter and wrote it as UTF-8 again: Windows in Russian and in English, and who knows one byte a letter. */
const READ_AS = ['windows-1251', 'windows-1252', 'latin1'] as const;

/** Pairs of signs that UTF-8 of Cyrillic letters becomes: as many as there are letters in a word or two. */
const SUSPECT = {
  'windows-1251': /[РСТУ][\u0400-\u04FF\u00A0-\u00BF\u2010-\u2122]/g,
  other: /[ÐÑÒÓ][\u0080-\u2122]/g,
};
const LEAST = 4;
/** A text is what its beginning is. */
const SAMPLE = 32_768;
/** Of signs beyond ASCII, those pairs are all but a few. */
const SHARE = 0.8;

/**
 * A text that was UTF-8, taken for another encoding and saved as UTF-8 once more (`РџСЂРёРІРµС‚`, `ÐŸÑ€Ð¸Ð²ÐµÑ‚`), as it was
 * before; any other as it is. Bytes that those encodings do not have were lost then, and are single U+FFFD now.
 */
export function onceEncoded(text: string): string {
  const sample = text.slice(0, SAMPLE);
  for (const encoding of READ_AS) {
    const pattern = encoding === 'windows-1251' ? SUSPECT[encoding] : SUSPECT.other;
    const pairs = sample.match(pattern)?.length ?? 0;
    if (pairs < LEAST) continue;
    const beyondAscii = sample.replaceAll(/\p{ASCII}/gu, '').length;
    if (pairs * 2 < beyondAscii * SHARE) continue;
    const before = new TextDecoder('utf-8').decode(bytesOf(text, encoding));
    const broken = before.split('\uFFFD').length - 1;
    const cyrillic = before.match(/[\u0400-\u04FF]/g)?.length ?? 0;
    if (cyrillic > broken * 4) return before;
  }
  return text;
}

/** As browsers do: a byte without a sign is the control character of its number. */
function bytesOf(text: string, encoding: (typeof READ_AS)[number]): Buffer {
  const controls = /[\u0080-\u009F]/g;
  if (encoding === 'latin1' || !controls.test(text)) return iconv.encode(text, encoding);
  return Buffer.concat(
    text
      .split(/([\u0080-\u009F])/)
      .map((part) =>
        /^[\u0080-\u009F]$/.test(part) ? Buffer.from(part, 'latin1') : iconv.encode(part, encoding),
      ),
  );
}
