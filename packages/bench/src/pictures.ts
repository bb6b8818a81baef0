import { EN, isImage, makePhotos, orderImages, Person, type System, trainAvatar } from '@aisha/e2e';

export const ORDERS = 3;
export const AT_ONCE = 3;

/** What is measured is the way of a picture: photos are not judged, and a training draws none by itself. */
export const DRAWING_ALONE = { FACES: 'off', FIRST_PICTURES: '0', PHOTO_JUDGE: 'off' } as const;

/** From FAL's webhook to the picture in the chat, in ms, and the parts of that. */
export interface Picture {
  readonly ms: number;
  /** Until a worker had taken up what the webhook told. */
  readonly taken: number;
  /** Until the result was copied and kept. */
  readonly kept: number;
  /** Until Telegram had it. */
  readonly sent: number;
}

/** `people` train an avatar each, some at once, and order pictures one after the other. */
export async function drawPictures(system: System, people: number): Promise<Picture[]> {
  const photos = await makePhotos(10);
  const numbers = Array.from({ length: people }, (_, n) => n).values();
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
  return measure(system);
}

async function measure(system: System): Promise<Picture[]> {
  const jobs = await system.sql(
    `select f.request_id, o.chat_id, f.webhook_at, n.created_at
     from fal_jobs f join orders o on o.id = f.order_id join notifications n on n.key = 'order:' || o.id || ':ended'
     where f.kind = 'generation'`,
  );
  const webhooks = new Map(
    (await system.fal.webhooks()).map(({ requestId, at }) => [requestId, Date.parse(at)]),
  );
  const sent = (await system.telegram.journal({ method: 'sendPhoto', limit: 20_000 })).map((call) => ({
    chatId: call.chatId,
    at: call.at,
  }));
  return jobs.flatMap((job) => {
    const told = webhooks.get(String(job['request_id']));
    const taken = job['webhook_at'];
    const kept = job['created_at'];
    if (told === undefined || !(taken instanceof Date) || !(kept instanceof Date)) return [];
    const times = sent.flatMap((one) =>
      one.chatId === Number(job['chat_id']) && one.at >= told ? [one.at] : [],
    );
    if (times.length === 0) return [];
    const at = Math.min(...times);
    return [
      {
        ms: at - told,
        taken: taken.getTime() - told,
        kept: kept.getTime() - taken.getTime(),
        sent: at - kept.getTime(),
      },
    ];
  });
}
