import { figure, type Figure, median, type Ratio, round, type Verdict } from './figures.ts';

/** What is committed of a ratio, to compare later ones with. */
export interface KeptRatio {
  readonly better: 'lower' | 'higher';
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** A change of less than this is nobody's concern, however quiet the machine. */
const LEAST_CHANGE = 0.1;

export const keep = ({ better, pairs }: Ratio): KeptRatio => ({
  better,
  median: Number(median(pairs).toFixed(3)),
  low: Number(Math.min(...pairs).toFixed(3)),
  high: Number(Math.max(...pairs).toFixed(3)),
});

/**
 * Whether the goal is reached: by the median, unless pairs stand on both sides of the goal and are so far apart that another
 * run might say the opposite.
 */
export function reaches({ better, pairs }: Ratio, goal: number): Verdict {
  const holds = (value: number) => (better === 'lower' ? value <= goal : value >= goal);
  const middle = median(pairs);
  const agree = pairs.filter((value) => holds(value) === holds(middle)).length / pairs.length;
  const spread = (Math.max(...pairs) - Math.min(...pairs)) / middle;
  return agree < 0.8 && spread > LEAST_CHANGE ? 'noisy' : holds(middle) ? 'yes' : 'no';
}

/**
 * Against what was committed. `worse` only when all pairs but the best one are beyond the committed spread: what two machines or two hours do to a
 * ratio is no change of ours.
 */
export function compare({ better, pairs }: Ratio, kept: KeptRatio): 'held' | 'worse' | 'noisy' {
  const room = Math.max(LEAST_CHANGE, (kept.high - kept.low) / kept.median / 2);
  const limit = better === 'lower' ? kept.median * (1 + room) : kept.median * (1 - room);
  const isBeyond = (value: number) => (better === 'lower' ? value > limit : value < limit);
  if (!isBeyond(median(pairs))) return 'held';
  return pairs.filter((value) => !isBeyond(value)).length <= Math.floor(pairs.length / 5) ? 'worse' : 'noisy';
}

/** A line of the report: the median, how far the pairs are apart, and what that says of the goal. */
export function ratioFigure(what: string, ratio: Ratio, goal: number): Figure {
  const { low, high } = keep(ratio);
  const sign = ratio.better === 'lower' ? '≤' : '≥';
  return figure(
    what,
    `${round(median(ratio.pairs), 2)} (${round(low, 2)}–${round(high, 2)} in ${ratio.pairs.length} pairs)`,
    `${sign} ${round(goal, 2)}`,
    reaches(ratio, goal),
  );
}
