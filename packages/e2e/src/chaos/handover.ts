import { setTimeout as wait } from 'node:timers/promises';
import type { StackProcess } from '@aisha/sandbox';
import { Person } from '../person.ts';
import { eventually } from '../waiting.ts';
import { ECHOES } from './echo.ts';
import type { System } from './system.ts';

export type Ending = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP';

/** In milliseconds from the signal: a killed one is missed at once, a frozen one when its lease has run out. */
export const HANDOVER_GOAL_MS: Record<Ending, number> = { SIGTERM: 1_000, SIGKILL: 1_000, SIGSTOP: 3_500 };

/**
 * What a test beside others holds it to, on a machine that has much to do: a killed one is missed before its lease has run
 * out. How quick it is, `pnpm bench --only handover` says.
 */
export const HANDOVER_MOST_MS: Record<Ending, number> = { SIGTERM: 1_000, SIGKILL: 2_500, SIGSTOP: 5_000 };

export interface Handover {
  readonly ending: Ending;
  /** From the signal to the answer of the first message that was written after it. */
  readonly nextAnswerMs: number;
  /** The longest that any message written during the change waited for its answer. */
  readonly longestMs: number;
  readonly messages: number;
  readonly unanswered: number;
}

const EVERY_MS = 100;

/**
 * Ends the active bot while people write ten messages a second for `writingMs`, each in a chat of their own, and times the
 * answers. Both bots run again when it returns.
 */
export async function measureHandover(
  system: System,
  ending: Ending,
  { writingMs = 6_000 }: { readonly writingMs?: number } = {},
): Promise<Handover> {
  await system.allReady();
  const people: Person[] = [];
  for (let n = 0; n < writingMs / EVERY_MS; n += 1)
    people.push(await Person.join(system.telegram, `witness ${n}`, 'en'));
  const active = await system.activeBot();
  await warmUp(system);
  // A standby that is ready has begun to watch a moment later.
  await eventually('the standby watches the active bot', async () => {
    const watching = `select 1 from pg_stat_activity where application_name like '% watches' and wait_event = 'advisory'`;
    return (await system.sql(watching)).length > 0;
  });

  const begun = performance.now();
  const comeBack = end(active, ending);
  const answers: Promise<number | null>[] = [];
  for (const [n, person] of people.entries()) {
    await wait(Math.max(0, begun + n * EVERY_MS - performance.now()));
    answers.push(timeAnswer(person));
  }
  const times = await Promise.all(answers);
  await comeBack();
  await system.allReady();
  const answered = times.filter((ms) => ms !== null);
  return {
    ending,
    nextAnswerMs: Math.round(times[0] ?? Number.NaN),
    longestMs: Math.round(Math.max(...answered)),
    messages: times.length,
    unanswered: times.length - answered.length,
  };
}

async function timeAnswer(person: Person): Promise<number | null> {
  const written = performance.now();
  await person.write('/help');
  try {
    await person.see(({ text }) => ECHOES['/help'].test(text), 'help', { timeoutMs: 20_000 });
    return performance.now() - written;
  } catch {
    return null;
  }
}

/** Both bots have answered something: no cold start is measured as a hand-over. */
async function warmUp(system: System): Promise<void> {
  const person = await Person.join(system.telegram, 'warm-up', 'en');
  const ms = await timeAnswer(person);
  if (ms === null) throw new Error('nothing was answered before the hand-over');
}

/** Returns what makes it run again. */
function end(active: StackProcess, ending: Ending): () => Promise<void> {
  if (ending === 'SIGSTOP') {
    active.signal('SIGSTOP');
    return async () => active.signal('SIGCONT');
  }
  const gone = ending === 'SIGKILL' ? active.kill() : active.stop();
  return async () => {
    await gone;
    await active.start();
  };
}
