import { encodeSpeech, type StackProcess } from '@aisha/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Person, says } from './person.ts';
import { makePhotos } from './photos.ts';
import { type Product, startProduct } from './product.ts';
import { leaks } from './secrets.ts';
import { draftAvatar, hasButton, isImage, orderImages, sendPhotos, startTraining } from './steps.ts';
import { eventually } from './waiting.ts';
import { RU } from './words.ts';

let product: Product;
let person: Person;
beforeAll(async () => {
  product = await startProduct({ name: 'availability' });
  await product.fal.configure({ timing: { imageSeconds: 0.3, queueSeconds: 0.1, trainingSeconds: 5 } });
});
beforeEach(async () => {
  person = await Person.join(product.telegram, 'Анна', 'ru');
});
afterAll(() => product.stop());

describe('a replica of the webhook API goes while webhooks come', () => {
  test.each([
    ['killed', (replica: StackProcess) => replica.kill()],
    ['stopped', (replica: StackProcess) => replica.stop()],
  ])('%s: no webhook fails', async (_how, end) => {
    const after = await orderImages(person, RU, 'cat');
    await person.see(isImage, 'the picture', { after });
    const [row] = await product.sql(
      'select f.id, f.request_id from fal_jobs f join orders o on o.id = f.order_id where o.owner_id = $1',
      [person.id],
    );
    const [paid] = await product.fal.paidJobs({ job: String(row?.['id']) });
    const requestId = String(row?.['request_id']);
    const body = JSON.stringify({ request_id: requestId, status: 'OK', payload: {} });
    const headers = await product.fal.sign(body, { requestId });

    const statuses: number[] = [];
    const sending = new AbortController();
    const senders = Array.from({ length: 4 }, async () => {
      while (!sending.signal.aborted) {
        const response = await fetch(paid?.webhookUrl ?? '', { method: 'POST', body, headers });
        await response.body?.cancel();
        statuses.push(response.status);
      }
    });
    const sent = (more: number) => {
      const enough = statuses.length + more;
      return eventually(`${more} more webhooks`, async () => statuses.length >= enough);
    };
    const replica = product.stack.app('webhook-api-1');
    try {
      await sent(30);
      await end(replica);
      await sent(60);
      await replica.start();
      await sent(30);
    } finally {
      sending.abort();
      await Promise.all(senders);
    }
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });
});

describe('the active bot goes while people write', () => {
  const bots = () => [product.stack.app('bot-polling-1'), product.stack.app('bot-polling-2')];

  /** null from a process that is gone or frozen. */
  async function lookAt(bot: StackProcess, path: string) {
    try {
      const response = await fetch(`${bot.url}${path}`, { signal: AbortSignal.timeout(2_000) });
      return { status: response.status, text: await response.text() };
    } catch {
      return null;
    }
  }

  async function activeBot(): Promise<StackProcess> {
    return eventually('one bot polls', async () => {
      const held = await Promise.all(
        bots().map(async (bot) => {
          const metrics = await lookAt(bot, '/metrics');
          return /^aisha_lease_held\{[^}]*\} 1$/m.test(metrics?.text ?? '') ? bot : null;
        }),
      );
      const holders = held.filter((bot) => bot !== null);
      return holders.length === 1 && holders[0];
    });
  }

  test.each([
    ['killed', (bot: StackProcess) => bot.kill(), (bot: StackProcess) => bot.start()],
    ['stopped', (bot: StackProcess) => bot.stop(), (bot: StackProcess) => bot.start()],
    [
      'frozen, and waking up later',
      async (bot: StackProcess) => bot.signal('SIGSTOP'),
      async (bot: StackProcess) => bot.signal('SIGCONT'),
    ],
  ])('%s: the standby answers what was written meanwhile, once', async (_how, end, comeBack) => {
    await person.write('/start');
    await person.see(says(RU.hello), 'the greeting');
    const active = await activeBot();
    const ending = end(active);
    const gap = await person.write('/help');
    await ending;
    const answer = await person.see(says(/\/new_avatar/), 'the answer of the standby', { after: gap.id });
    expect(await activeBot()).not.toBe(active);

    await comeBack(active);
    await eventually('both bots are ready', async () => {
      const looks = await Promise.all(bots().map((bot) => lookAt(bot, '/health/ready')));
      return looks.every((look) => look?.status === 200);
    });
    // Something later is answered, so whatever would have been answered twice has been.
    const later = await person.write('/privacy');
    await person.see(says(/Ваши данные/), 'the later answer', { after: later.id });
    expect((await person.messages()).filter(({ id }) => id > gap.id && id < later.id)).toEqual([answer]);
    const [poller] = await product.sql('select epoch from pollers');
    expect(Number(poller?.['epoch'])).toBeGreaterThan(1);
    await eventually('everything is done', async () => {
      const open = await product.sql(`select 1 from telegram_updates where state <> 'done'`);
      return open.length === 0;
    });
  });

  test('killed: photos sent right after the consent are taken, since nothing overtakes a press', async () => {
    const { id } = await person.write('/new_avatar');
    await person.press(RU.portrait, { after: id });
    await person.see(says(RU.askName), 'the question for a name', { after: id });
    await person.write('Вера');
    await person.press(RU.man, { after: id });
    const consent = await person.see((message) => hasButton(message, RU.consent), 'the consent', {
      after: id,
    });
    const photos = await makePhotos(10, 700);
    const active = await activeBot();
    await active.kill();
    // The standby gets these in one batch, or some of them with what the dead bot had kept.
    await person.pressOn(consent, RU.consent);
    const counter = await sendPhotos(person, RU, photos);
    expect(hasButton(counter, RU.train)).toBe(true);
    await active.start();
  });
});

test('the worker is killed during a transcription and a training: each result is told once', async () => {
  const worker = product.stack.app('worker-1');
  await draftAvatar(person, RU, 'Анна');
  const counter = await sendPhotos(person, RU, await makePhotos(10, 700));
  const speaker = await Person.join(product.telegram, 'Сергей', 'ru');
  const bytes = await encodeSpeech('Эту запись нельзя потерять.'.split(' '), { format: 'ogg' });
  await product.openai.configure({ msPerRequest: 4_000 });

  await startTraining(person, RU, counter);
  await eventually('FAL trains', async () => {
    const jobs = await product.fal.paidJobs({ model: 'fal-ai/flux-lora-portrait-trainer' });
    return jobs.some(({ state }) => state === 'IN_PROGRESS');
  });
  const { id: sent } = await speaker.media('voice', { bytes, name: 'voice.ogg', mime: 'audio/ogg' });
  await eventually('the recording is being transcribed', async () => {
    const requests = await product.openai.requests({ route: 'transcriptions' });
    return requests.some(({ status, aborted }) => status === null && !aborted);
  });
  await worker.kill();
  await product.openai.configure({ msPerRequest: 0 });
  await worker.start();

  const ready = await person.see(says(RU.ready('Анна')), 'the word that the avatar is ready');
  const text = await speaker.see((message) => hasButton(message, RU.summary), 'the transcript', {
    after: sent,
    timeoutMs: 90_000,
  });
  expect(text.text).toBe('Эту запись нельзя потерять.');
  // Whatever is still under way for them comes to rest before it is counted.
  await eventually('nothing is under way any more', async () => {
    const rows = await product.sql(
      `select 1 from orders where state in ('queued', 'running') union all
       select 1 from notifications where state = 'pending'`,
    );
    return rows.length === 0;
  });
  expect(await person.messages(says(RU.ready('Анна')))).toEqual([ready]);
  expect(await speaker.messages((message) => hasButton(message, RU.summary))).toEqual([text]);
  const paid = await product.fal.paidJobs({ model: 'fal-ai/flux-lora-portrait-trainer' });
  expect(paid).toHaveLength(1);
});

test('nothing that any process wrote gives a secret away, and nothing crashed but what was killed', async () => {
  expect(await leaks(product)).toEqual([]);
  expect(product.crashes()).toEqual([]);
  // One poller at a time: Telegram saw no two.
  const polls = await product.telegram.journal({ method: 'getUpdates' });
  expect(polls.filter(({ status }) => status === 409).length).toBeLessThanOrEqual(1);
});
