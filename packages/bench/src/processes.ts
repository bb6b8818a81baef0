import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { startProduct } from '@aisha/e2e';
import { type Chapter, figure, round } from './figures.ts';

const IDLE_MS = 15_000;
const MEMORY_GOAL_MB = 350;
const START_GOAL_MS = 1_500;

/** In parts that add up: pages that several processes hold count in shares. */
function proportional(pid: number): number {
  const found = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return (Number(found) * 1_024) / 1e6;
}

/** What the five processes of a small cluster hold while nobody writes, and how long each takes from its start to ready. */
export async function benchProcesses(): Promise<Chapter> {
  const product = await startProduct({ name: 'bench-processes' });
  try {
    await wait(IDLE_MS);
    const idle = product.stack.apps.map(({ name, pid }) => ({ name, megabytes: proportional(pid) }));
    const all = idle.reduce((sum, { megabytes }) => sum + megabytes, 0);
    const starts: { name: string; ms: number }[] = [];
    for (const app of product.stack.apps) {
      await app.stop();
      const begun = performance.now();
      await app.start();
      starts.push({ name: app.name, ms: performance.now() - begun });
    }
    return {
      title: 'Processes',
      method:
        'Two replicas of the webhook API, a worker, two bots, compiled; idle for 15 s, memory in parts that add up (Pss). Then each is stopped and started by itself, until /health/ready says yes.',
      figures: [
        figure(
          'the five together, idle',
          `${round(all)} MB`,
          `≤ ${MEMORY_GOAL_MB} MB`,
          all <= MEMORY_GOAL_MB,
        ),
        ...idle.map(({ name, megabytes }) => figure(`${name}, idle`, `${round(megabytes)} MB`)),
        ...starts.map(({ name, ms }) =>
          figure(
            `${name}, from start to ready`,
            `${round(ms)} ms`,
            `≤ ${round(START_GOAL_MS)} ms`,
            ms <= START_GOAL_MS,
          ),
        ),
      ],
    };
  } finally {
    await product.stop();
  }
}
