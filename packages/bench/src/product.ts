import { readFileSync } from 'node:fs';
import {
  EN,
  HANDOVER_GOAL_MS,
  isImage,
  makePhotos,
  measureHandover,
  orderImages,
  Person,
  startSystem,
  type System,
  trainAvatar,
} from '@aisha/e2e';
import { type Chapter, type Figure, figure, median, percentile, round } from './figures.ts';

/** Each orders so few that Telegram's pace for one chat (a message a second after a burst) holds nobody up. */
const PEOPLE = 30;
const ORDERS = 3;
const AT_ONCE = 3;

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

/** How long each picture took from FAL's webhook to the chat, in ms. */
async function webhookToMessage(system: System): Promise<number[]> {
  const photos = await makePhotos(10);
  const numbers = Array.from({ length: PEOPLE }, (_, n) => n).values();
  const painters = async () => {
    for (const n of numbers) {
      const person = await Person.join(system.telegram, `painter ${n}`, 'en');
      await trainAvatar(person, EN, `Avatar ${n}`, photos);
      for (let order = 0; order < ORDERS; order += 1) {
        const after = await orderImages(person, EN, `picture ${order}`);
        await person.see(isImage, 'the picture', { after });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, painters));
  const jobs = await system.sql(
    `select request_id, chat_id from fal_jobs join orders on orders.id = order_id where fal_jobs.kind = 'generation'`,
  );
  const webhooks = new Map(
    (await system.fal.webhooks()).map(({ requestId, at }) => [requestId, Date.parse(at)]),
  );
  const sent = (await system.telegram.journal({ method: 'sendPhoto', limit: 20_000 })).map((call) => ({
    chatId: call.chatId,
    at: call.at,
  }));
  return jobs.flatMap(({ request_id: requestId, chat_id: chatId }) => {
    const told = webhooks.get(String(requestId));
    if (told === undefined) return [];
    const times = sent.flatMap((one) => (one.chatId === Number(chatId) && one.at >= told ? [one.at] : []));
    return times.length > 0 ? [Math.min(...times) - told] : [];
  });
}

/** Two replicas of each app over the stand-ins: hand-over, memory, and the way from FAL's webhook to the user. */
export async function benchProduct(): Promise<Chapter> {
  const system = await startSystem({ name: 'bench' });
  try {
    await system.allReady();
    const idle = memoryNow(system);
    const times = await webhookToMessage(system);
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
      method: `Two bots, two workers, two replicas of the webhook API, all stand-ins. ${PEOPLE} people, ${AT_ONCE} at a time, train an avatar each and order ${ORDERS} pictures one after the other. Memory idle and after that, in parts that add up (Pss).`,
      figures: [
        ...handovers,
        figure(
          'from FAL’s webhook to the picture in the chat',
          `p50 ${round(median(times))} ms, p99 ${round(percentile(times, 99))} ms, ${times.length} pictures`,
        ),
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
