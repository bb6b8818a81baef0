import type { Progress } from '@aisha/db';

/** The trainers print tqdm bars, for example ` 45%|████▌     | 1125/2500 [01:12<01:27, 15.7it/s]`. */
const BAR = /(\d+)\/(\d+) \[/;

/** Steps done of the steps to do, from the last bar in the logs; null when there is none yet. */
export function trainingProgress(lines: readonly string[]): Pick<Progress, 'done' | 'total'> | null {
  for (const line of lines.toReversed()) {
    const match = BAR.exec(line);
    const done = Number(match?.[1]);
    const total = Number(match?.[2]);
    // Short bars belong to preparation (captions, downloads), not to the training itself.
    if (match && total >= 100 && done <= total) return { done, total };
  }
  return null;
}
