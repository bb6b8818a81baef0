/** From when to when, in milliseconds. */
export type Run = readonly [startMs: number, endMs: number];

/** A word is as long as its letters, and a little for itself. */
const OWN_LETTERS = 3;
const lengthOf = (word: string): number => (word.match(/[\p{L}\p{N}]/gu)?.length ?? 0) + OWN_LETTERS;

/** A pause that a sentence may end with; one so long in the middle of a sentence, or none at its end, is odd. */
const PAUSE_MS = 300;
const ODD = 40;
/** What is heard and is no word. */
const EMPTY = 150;
const ENDS_SENTENCE = /[.!?…]["»)]*$/u;

/**
 * When each of these words is said, where nobody tells: they are laid over the stretches in which something is heard, in
 * their order, so that their lengths agree as well as they can and sentences end at pauses. Each gets a time of its own.
 */
export function spread(words: readonly string[], voiced: readonly Run[], [from, to]: Run): Run[] {
  if (words.length === 0) return [];
  const heard = voiced
    .map(([start, end]): Run => [Math.max(start, from), Math.min(end, to)])
    .filter(([start, end]) => end > start);
  const runs = heard.length > 0 ? heard : [[from, Math.max(to, from + 1)] as const];
  const before = [0];
  for (const word of words) before.push((before.at(-1) ?? 0) + lengthOf(word));
  const ends = assign(words, before, runs);
  const times: Run[] = [];
  let first = 0;
  for (const [j, [start, end]] of runs.entries()) {
    const last = ends[j] ?? first;
    const length = (before[last] ?? 0) - (before[first] ?? 0);
    for (let i = first; i < last; i++) {
      const at = (n: number) =>
        Math.round(start + ((end - start) * ((before[n] ?? 0) - (before[first] ?? 0))) / length);
      times.push([at(i), at(i + 1)]);
    }
    first = last;
  }
  return times;
}

/** How many words have been said by the end of each run, by the cheapest way to lay them. */
function assign(words: readonly string[], before: readonly number[], runs: readonly Run[]): number[] {
  const total = runs.reduce((sum, [start, end]) => sum + end - start, 0);
  const rate = total / (before.at(-1) ?? 1);
  const width = words.length + 1;
  const cost = new Float64Array((runs.length + 1) * width).fill(Infinity);
  const from = new Int32Array((runs.length + 1) * width);
  cost[0] = 0;
  for (const [j, [start, end]] of runs.entries()) {
    const length = end - start;
    const pause = (runs[j + 1]?.[0] ?? end) - end;
    // So much more than fits is never laid into one run, unless all that is left must be.
    const most = j === runs.length - 1 ? Infinity : 3 * length + 2_000;
    for (let to = 0; to < width; to++) {
      const edge = to === 0 || to === words.length ? 0 : oddness(words[to - 1] ?? '', pause);
      for (let at = to; at >= 0; at--) {
        const laid = ((before[to] ?? 0) - (before[at] ?? 0)) * rate;
        if (laid > most) break;
        const whole =
          (cost[j * width + at] ?? Infinity) +
          (laid - length) ** 2 / (length + 300) +
          edge +
          (at === to ? EMPTY : 0);
        const place = (j + 1) * width + to;
        if (whole >= (cost[place] ?? Infinity)) continue;
        cost[place] = whole;
        from[place] = at;
      }
    }
  }
  const ends: number[] = [];
  for (let j = runs.length, to = words.length; j > 0; j--) {
    ends.unshift(to);
    to = from[j * width + to] ?? 0;
  }
  return ends;
}

function oddness(word: string, pauseMs: number): number {
  return ENDS_SENTENCE.test(word) === pauseMs >= PAUSE_MS ? 0 : ODD;
}
