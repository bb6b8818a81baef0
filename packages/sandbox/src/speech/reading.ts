import { MAX_SYMBOLS, wordOfSymbols } from './alphabet.ts';
import { HOP_MS, type Heard, WINDOW_HOPS } from './analysis.ts';
import { checksum, GROUP_SIZE, MARKER_TONE, SPEAKERS, SYMBOL_MS, symbolOf } from './tones.ts';

export interface SpokenWord {
  /** The word, or {@link FRAGMENT} where one was cut or damaged. */
  text: string;
  /** Seconds. */
  start: number;
  end: number;
  /** A–H. */
  speaker: string;
  /** False for a fragment. */
  whole: boolean;
}

/** What is written for a word that is not there whole. */
export const FRAGMENT = '…';

const SYMBOL_HOPS = SYMBOL_MS / HOP_MS;
/** Purity from which a window counts as a symbol; half a window of tones has 0.5. */
const PURE = 0.45;
/** Share of the start marker's energy below which a word has broken off. */
const AUDIBLE = 0.03;
/** A fragment must sound at least this long and this pure: real speech and music hardly ever do. */
const FRAGMENT_HOPS = 4;
const FRAGMENT_PURE = 0.65;

const secondsAt = (hop: number): number => (hop * HOP_MS) / 1000;

/** Finds the words in what was heard. */
export function readWords(heard: Heard): SpokenWord[] {
  const words: SpokenWord[] = [];
  const isPure = (hop: number, least = PURE): boolean => (heard.purity[hop] ?? 0) >= least;
  const isStart = (hop: number): boolean =>
    isPure(hop) && heard.low[hop] === MARKER_TONE && heard.high[hop] === MARKER_TONE;

  /** The hop at which the start marker fills the window best: middle of the plateau. */
  const middleOfStart = (hop: number): number => {
    let sum = 0;
    let weights = 0;
    let best = 0;
    for (let i = hop; i < hop + SYMBOL_HOPS && isStart(i); i += 1)
      best = Math.max(best, heard.strength[i] ?? 0);
    for (let i = hop; i < hop + SYMBOL_HOPS + 4 && isStart(i); i += 1) {
      const over = (heard.strength[i] ?? 0) / best - 0.8;
      if (over <= 0) continue;
      sum += i * over;
      weights += over;
    }
    return weights === 0 ? hop : Math.round(sum / weights);
  };

  /** Reads from a start marker on; the end is exclusive. */
  const readWord = (at: number): { word: string | null; speaker: number; endHop: number } => {
    const symbols: number[] = [];
    // Codecs blur a symbol now and then: inside a word loudness alone says that it goes on, the checksum judges.
    const audible = (heard.strength[at] ?? 0) * AUDIBLE;
    let hop = at;
    for (let n = 0; n <= MAX_SYMBOLS + 2; n += 1) {
      hop += SYMBOL_HOPS;
      if ((heard.strength[hop] ?? 0) < audible || isStart(hop))
        return { word: null, speaker: 0, endHop: hop };
      const pair = { low: heard.low[hop] ?? 0, high: heard.high[hop] ?? 0 };
      if (pair.low === MARKER_TONE) {
        const [first, second] = checksum(symbols.slice(0, -2), pair.high);
        const whole = symbols.length > 2 && symbols.at(-2) === first && symbols.at(-1) === second;
        const word = whole ? wordOfSymbols(symbols.slice(0, -2)) : null;
        return { word, speaker: pair.high, endHop: hop + SYMBOL_HOPS };
      }
      if (pair.high >= GROUP_SIZE) return { word: null, speaker: 0, endHop: hop };
      symbols.push(symbolOf(pair));
    }
    return { word: null, speaker: 0, endHop: hop };
  };

  const fragment = (from: number, to: number): void => {
    const start = secondsAt(from + 1);
    const end = Math.max(start, Math.min(secondsAt(to + WINDOW_HOPS - 1), heard.duration));
    const before = words.at(-1);
    // One piece of a word, though a codec may blur a moment in its middle.
    if (before && !before.whole && start - before.end < 0.05) before.end = end;
    else words.push({ text: FRAGMENT, start, end, speaker: 'A', whole: false });
  };

  let hop = 0;
  while (hop < heard.hops) {
    if (isStart(hop)) {
      const at = middleOfStart(hop);
      const { word, speaker, endHop } = readWord(at);
      if (word !== null) {
        const start = secondsAt(at - 1);
        const end = Math.min(secondsAt(endHop - 1), heard.duration);
        words.push({
          text: word,
          start: Math.max(0, start),
          end,
          speaker: SPEAKERS[speaker] ?? 'A',
          whole: true,
        });
        hop = endHop;
        continue;
      }
      let last = Math.max(endHop, hop + 1);
      while (last < heard.hops && isPure(last) && !isStart(last)) last += 1;
      fragment(hop, last);
      hop = last;
      continue;
    }
    if (!isPure(hop)) {
      hop += 1;
      continue;
    }
    // Tones without a start: the rest of a word whose beginning was cut away, or a sliver of a read one.
    let end = hop;
    let pure = 0;
    for (let i = hop; i < heard.hops && i - end <= SYMBOL_HOPS && !isStart(i); i += 1) {
      if (!isPure(i)) continue;
      end = i + 1;
      if (isPure(i, FRAGMENT_PURE)) pure += 1;
    }
    if (pure >= FRAGMENT_HOPS) fragment(hop, end);
    hop = Math.max(end, hop + 1);
  }
  return words;
}
