import { readFileSync } from 'node:fs';
import { HANDOVER_GOAL_MS, measureHandover, startSystem, type System } from '@aisha/e2e';
import { type Chapter, type Figure, figure, median, percentile, round } from './figures.ts';
import type { Ground } from './ground.ts';
import { AT_ONCE, DRAWING_ALONE, drawPictures, ORDERS, type Picture } from './pictures.ts';

const PEOPLE = 30;

interface Memory {
  /** Its own share of what it holds, in bytes: pages that several processes hold count in parts. */
  readonly proportional: number;
  readonly resident: number;
}

function memoryOf(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1]) * 1_024;
  return { proportional: bytes('Pss'), resident: bytes('Rss') };
}

const memoryNow = ({ stack }: System) => new Map(stack.apps.map(({ name, pid }) => [name, memoryOf(pid)]));

const megabytes = ({ proportional, resident }: Memory) =>
  `${round(proportional / 1e6)} MB (resident ${round(resident / 1e6)} MB)`;

/** Where the time of the middle picture and of the slowest one went. */
function steps(pictures: readonly Picture[]): string {
  const sorted = pictures.toSorted((a, b) => a.ms - b.ms);
  const told = (picture: Picture | undefined) =>
    picture
      ? `webhook taken up ${round(picture.taken)}, result kept ${round(picture.kept)}, in the chat ${round(picture.sent)} ms`
      : '';
  return `${told(sorted[Math.floor(sorted.length / 2)])}; ${told(sorted.at(-1))}`;
}

/** Two replicas of each app over the stand-ins: hand-over, memory, and the way from FAL's webhook to the user. */
export async function benchProduct(ground: Ground): Promise<Chapter> {
  const people = Math.max(AT_ONCE, Math.round(PEOPLE * ground.scale));
  const system = await startSystem({ name: 'bench', settings: DRAWING_ALONE });
  try {
    await system.allReady();
    const idle = memoryNow(system);
    const pictures = await drawPictures(system, people);
    const times = pictures.map(({ ms }) => ms);
    const loaded = memoryNow(system);
    const handovers: Figure[] = [];
    for (const ending of ['SIGTERM', 'SIGKILL', 'SIGSTOP'] as const) {
      const { nextAnswerMs, unanswered, messages } = await measureHandover(system, ending);
      handovers.push(
        figure(
          `${ending} to the active bot, until the next update is answered`,
          `${round(nextAnswerMs)} ms, ${unanswered} of ${messages} unanswered`,
          `≤ ${round(HANDOVER_GOAL_MS[ending])} ms, 0`,
          nextAnswerMs <= HANDOVER_GOAL_MS[ending] && unanswered === 0,
        ),
      );
    }
    return {
      title: 'The whole product',
      method: `Two bots, two workers, two replicas of the webhook API, all stand-ins. ${people} people, ${AT_ONCE} at a time, train an avatar each and order ${ORDERS} pictures one after the other. Memory idle and after that, in parts that add up (Pss).`,
      figures: [
        ...handovers,
        figure(
          'from FAL’s webhook to the picture in the chat',
          `p50 ${round(median(times))} ms, p99 ${round(percentile(times, 99))} ms, ${times.length} pictures`,
          'p50 ≤ 200 ms, p99 ≤ 1,000 ms',
          ground.byTheClock(median(times) <= 200 && percentile(times, 99) <= 1_000),
        ),
        figure('… of the middle one and of the slowest', steps(pictures)),
        ...[...idle].map(([name, before]) => {
          const after = loaded.get(name);
          return figure(
            `memory of ${name}`,
            `idle ${megabytes(before)}${after ? `, loaded ${megabytes(after)}` : ''}`,
          );
        }),
      ],
    };
  } finally {
    await system.stop();
  }
}
