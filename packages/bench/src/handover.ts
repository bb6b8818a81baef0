import { HANDOVER_GOAL_MS, measureHandover, startSystem } from '@aisha/e2e';
import { type Chapter, figure, median, round } from './figures.ts';

const TIMES = { SIGKILL: 20, SIGSTOP: 10 } as const;
/** As long as the active bot is away, and a little more. */
const WRITING_MS = { SIGKILL: 1_500, SIGSTOP: 4_000 } as const;

/** How long the next message waits for its answer when the active bot is killed, or hangs: again and again. */
export async function benchHandover(): Promise<Chapter> {
  const system = await startSystem({ name: 'bench-handover' });
  try {
    const figures = [];
    for (const ending of ['SIGKILL', 'SIGSTOP'] as const) {
      const times: number[] = [];
      let messages = 0;
      let unanswered = 0;
      for (let n = 0; n < TIMES[ending]; n += 1) {
        const one = await measureHandover(system, ending, { writingMs: WRITING_MS[ending] });
        times.push(one.nextAnswerMs);
        messages += one.messages;
        unanswered += one.unanswered;
      }
      const longest = Math.max(...times);
      const goal = HANDOVER_GOAL_MS[ending];
      figures.push(
        figure(
          `${ending} to the active bot ${times.length} times, until the next update is answered`,
          `p50 ${round(median(times))} ms, longest ${round(longest)} ms, ${unanswered} of ${round(messages)} unanswered`,
          `≤ ${round(goal)} ms, 0`,
          longest <= goal && unanswered === 0,
        ),
      );
    }
    const conflicts = await system.telegram.journal({ method: 'getUpdates', limit: 20_000 });
    figures.push(
      figure(
        'polls that Telegram saw beside another one (409)',
        String(conflicts.filter(({ status }) => status === 409).length),
      ),
    );
    return {
      title: 'Hand-over',
      method:
        'Two bots, two workers, two replicas of the webhook API, all stand-ins. The first message is written with the signal, ten a second follow, each in a chat of its own.',
      figures,
    };
  } finally {
    await system.stop();
  }
}
