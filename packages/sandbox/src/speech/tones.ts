/**
 * How a word sounds. A word is a row of 40 ms symbols, each of two tones, one from the low and one from the
 * high group: `start, text symbols…, two symbols of checksum, end`. Eight by eight tones carry six bits; the
 * ninth of each group belongs to the markers alone, so a marker can never be text.
 *
 * The trade-off: letters have codes of their own (see alphabet.ts) instead of their UTF-8 bytes, which makes a
 * Russian word of seven letters 0.44 s long (bytes would make it twice that); what is in no alphabet costs five
 * symbols a character. 40 ms is what Opus at 16 kbit/s keeps apart with ease; 25 ms would not survive MP3.
 * All tones lie between 600 and 3200 Hz, so nothing is lost at 8 kHz, and at multiples of 100 Hz, so that they
 * are orthogonal in the 30 ms windows of the decoder.
 */
export const SYMBOL_MS = 40;
export const GROUP_SIZE = 8;
export const MARKER_TONE = 8;
export const LOW_TONES: readonly number[] = Array.from({ length: GROUP_SIZE + 1 }, (_, i) => 600 + i * 100);
export const HIGH_TONES: readonly number[] = Array.from({ length: GROUP_SIZE + 1 }, (_, i) => 1600 + i * 200);

/** The voices that `end` can name (A–H): the marker's low tone with one of the eight high text tones. */
export const SPEAKERS = 'ABCDEFGH';

export interface TonePair {
  low: number;
  high: number;
}

export const START: TonePair = { low: MARKER_TONE, high: MARKER_TONE };

export const endMarker = (speaker: number): TonePair => ({ low: MARKER_TONE, high: speaker });

/** Six bits as a tone pair. */
export const tonesOf = (symbol: number): TonePair => ({
  low: Math.floor(symbol / GROUP_SIZE),
  high: symbol % GROUP_SIZE,
});

export const symbolOf = (pair: TonePair): number => pair.low * GROUP_SIZE + pair.high;

/** Twelve bits over the text symbols and the speaker, as two symbols. */
export function checksum(symbols: readonly number[], speaker: number): [number, number] {
  let crc = 0xfff;
  for (const symbol of [...symbols, speaker]) {
    crc ^= symbol << 6;
    for (let bit = 0; bit < 6; bit += 1)
      crc = crc & 0x800 ? ((crc << 1) ^ 0x80f) & 0xfff : (crc << 1) & 0xfff;
  }
  return [crc >> 6, crc & 63];
}
