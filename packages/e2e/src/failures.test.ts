import { encodeSpeech } from '@aisha/sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buttonsOf, Person, type Photo, says } from './person.ts';
import { makePhotos } from './photos.ts';
import { type Product, startProduct } from './product.ts';
import { leaks } from './secrets.ts';
import {
  draftAvatar,
  hasButton,
  isImage,
  orderImages,
  sendPhotos,
  startTraining,
  transcribe,
} from './steps.ts';
import { eventually } from './waiting.ts';
import { EN, RU, type Words } from './words.ts';

const ADMIN = 700_000_001;
const TRAINER = 'fal-ai/flux-lora-portrait-trainer';

let product: Product;
let admin: Person;
let photos: Photo[];
beforeAll(async () => {
  product = await startProduct({ name: 'failures', settings: { TELEGRAM_ADMIN_IDS: String(ADMIN) } });
  await product.fal.configure({ timing: { trainingSeconds: 1, imageSeconds: 0.3, queueSeconds: 0.1 } });
  photos = await makePhotos(10, 700);
  admin = await Person.join(product.telegram, 'Админ', 'ru', ADMIN);
  const { id } = await admin.write('/start');
  await admin.see(says(RU.hello), 'the greeting', { after: id });
});
afterEach(async () => {
  await product.fal.clearFaults();
  await product.openai.clearFaults();
});
afterAll(() => product.stop());

/** The reason stands in the person's language, with the word that nothing was charged. */
function seeFailure(person: Person, words: Words, reason: RegExp, after: number) {
  return person.see(
    ({ text }) => words.didNotWork.test(text) && reason.test(text) && words.notCharged.test(text),
    `the reason ${reason}`,
    { after },
  );
}

/** The status says that the order waits, whose fault that is, and can be cancelled. */
function seeWaiting(person: Person, words: Words, after: number) {
  return person.see(
    (message) => words.failure.account.test(message.text) && hasButton(message, words.cancel),
    'the word that it waits',
    { after },
  );
}

describe('a training', () => {
  test('that fails at FAL tells why, and works with the same photos when tried again', async () => {
    const person = await Person.join(product.telegram, 'Мария', 'ru');
    await product.fal.addFault({ fault: { kind: 'failed' }, model: TRAINER });
    await draftAvatar(person, RU, 'Мария');
    const counter = await sendPhotos(person, RU, photos);
    await startTraining(person, RU, counter);
    const told = await seeFailure(person, RU, RU.failure.down, counter.id);
    expect(await avatarState(person)).toBe('failed');

    await person.pressOn(told, RU.tryAgain);
    const again = await person.see(
      (message) => message.id >= told.id && hasButton(message, RU.train),
      'the photos, still there',
    );
    await startTraining(person, RU, again);
    await person.see(says(RU.ready('Мария')), 'the word that the avatar is ready');
    expect(await avatarState(person)).toBe('ready');
    expect(await paidJobs(person)).toHaveLength(2);
  });

  test('cancelled before it was sent, in the queue and while it runs is over each time, at FAL too', async () => {
    const person = await Person.join(product.telegram, 'Kate', 'en');
    await draftAvatar(person, EN, 'Kate');
    let screen = await sendPhotos(person, EN, photos);

    // The photos do not get through to FAL, so that there is nothing to cancel there.
    await product.fal.addFault({
      fault: { kind: 'http', status: 503 },
      operation: 'upload',
      times: 'always',
    });
    screen = await cancelTraining(person, screen, /./);
    expect(await product.fal.cancels()).toEqual([]);
    await product.fal.clearFaults();

    await product.fal.configure({ timing: { queueSeconds: 60 } });
    screen = await cancelTraining(person, screen, /In the queue/);
    await product.fal.configure({ timing: { queueSeconds: 0.1, trainingSeconds: 60 } });
    screen = await cancelTraining(person, screen, /Training the model/);
    await eventually('both are cancelled at FAL', async () => {
      const cancels = await product.fal.cancels();
      return cancels.length === 2 && cancels.every(({ answer }) => answer === 'CANCELLATION_REQUESTED');
    });
    expect((await product.fal.cancels()).map(({ was }) => was)).toEqual(['IN_QUEUE', 'IN_PROGRESS']);

    await product.fal.configure({ timing: { trainingSeconds: 1 } });
    await startTraining(person, EN, screen);
    await person.see(says(EN.ready('Kate')), 'the word that the avatar is ready');
    // What was cancelled before it was sent never reached FAL; nobody was told of a failure.
    expect(await paidJobs(person)).toHaveLength(3);
    expect(await person.messages(says(EN.didNotWork))).toEqual([]);
  });

  /** Starts a training, cancels it at that stage and goes back to the photos. */
  async function cancelTraining(person: Person, screen: Parameters<typeof startTraining>[2], stage: RegExp) {
    const status = await startTraining(person, EN, screen);
    await person.see(
      (message) => message.id === status.id && stage.test(message.text) && hasButton(message, EN.cancel),
      `the stage ${stage}`,
    );
    await person.pressOn(status, EN.cancel);
    await person.see(
      (message) =>
        message.id === status.id && EN.cancelled.test(message.text) && buttonsOf(message).length === 0,
      'the word that it is cancelled',
    );
    expect(await avatarState(person)).toBe('draft');
    const { id } = await person.write('/avatars');
    await person.press(/Kate/, { after: id });
    await person.press(/Photos and training/, { after: id });
    return person.see((message) => hasButton(message, EN.train), 'the photos, still there', { after: id });
  }
});

describe.each([
  ['in Russian', RU, 'голая правда'],
  ['in English', EN, 'a nude statue'],
] as const)('a picture, %s', (_in, words, forbidden) => {
  test.each([
    ['whose description is against the rules', forbidden, 'policy', 0],
    ["that FAL's own rules refuse", 'sandbox:policy', 'policy', 1],
    ['that the safety check flags', 'a cat in a hat', 'flagged', 1],
    ['that the model fails to draw', 'sandbox:fail', 'down', 1],
  ] as const)('%s is refused with the reason', async (_what, prompt, reason, jobs) => {
    await product.fal.addFault({ fault: { kind: 'nsfw' }, text: 'a cat in a hat' });
    const person = await Person.join(product.telegram, 'Tom', words.code);
    const order = await orderImages(person, words, prompt);
    await seeFailure(person, words, words.failure[reason], order);
    expect(await person.messages(isImage)).toEqual([]);
    expect(await product.objects('generated', `${person.id}/`)).toEqual([]);
    expect(await paidJobs(person)).toHaveLength(jobs);
  });
});

describe('a provider that refuses our account', () => {
  test('FAL locked: orders wait, everybody is told, operators once, and all goes on when it works again', async () => {
    await product.fal.lock('Exhausted balance.');
    const first = await Person.join(product.telegram, 'Анна', 'ru');
    const firstOrder = await orderImages(first, RU, 'кот');
    await seeWaiting(first, RU, firstOrder);
    const submits = await submitsSoFar();

    const second = await Person.join(product.telegram, 'John', 'en');
    const secondOrder = await orderImages(second, EN, 'a cat');
    await seeWaiting(second, EN, secondOrder);
    expect(await submitsSoFar()).toBe(submits);
    await admin.see(says(/🚨 Поставщик FAL/), 'the alarm');
    // Whoever does not want to wait cancels, as with every order.
    const third = await orderImages(second, EN, 'a dog');
    await second.pressOn(await seeWaiting(second, EN, third), EN.cancel);
    await second.see(says(EN.cancelled), 'the end of the wait', { after: third });

    // Tried again after a while, still locked: the same outage, of which the operators know.
    await timePasses();
    await seeWaiting(second, EN, await orderImages(second, EN, 'a second cat'));
    expect(await submitsSoFar()).toBeGreaterThan(submits);

    await product.fal.lock(null);
    await timePasses();
    const order = await orderImages(first, RU, 'кот на крыше');
    await first.see(isImage, 'the picture', { after: order });
    await first.see(says(/снова работает: ваш заказ, который ждал/), 'the word that it is over');
    await second.see(says(/works again: your order that waited/), 'the word that it is over');
    await eventually('what waited is drawn', async () => {
      const drawn = await Promise.all([first, second].map((person) => person.messages(isImage)));
      return drawn.every(({ length }) => length === 2);
    });
    expect(await first.messages(says(/снова работает/))).toHaveLength(1);
    expect(await admin.messages(says(/🚨/))).toHaveLength(1);
    expect(await product.sql('select 1 from circuit_breakers')).toEqual([]);
  });

  test.each([
    ['a wrong key', 'bad_key'],
    ['no quota', 'quota'],
  ] as const)('OpenAI, %s: speech and documents wait and say so, operators once', async (_what, kind) => {
    const person = await Person.join(product.telegram, 'Сергей', 'ru');
    const bytes = await encodeSpeech('Проверка связи, раз два три.'.split(' '), { format: 'ogg' });
    const file = { bytes, name: 'voice.ogg', mime: 'audio/ogg' };
    const recording = await transcribe(person, RU, 'voice', file);
    const known = (await admin.messages(says(/🚨 Поставщик OpenAI/))).length;

    await product.openai.addFault({ fault: { kind }, times: null });
    await person.pressOn(recording, RU.summary);
    const told = await seeWaiting(person, RU, recording.id);
    const { id } = await person.media('voice', file);
    await seeWaiting(person, RU, Math.max(id, told.id));
    await eventually('the alarm', async () => {
      return (await admin.messages(says(/🚨 Поставщик OpenAI/))).length === known + 1;
    });

    await product.openai.clearFaults();
    await timePasses();
    expect((await transcribe(person, RU, 'voice', file)).text).toBe('Проверка связи, раз два три.');
    await person.see(says(/снова работает: ваш заказ, который ждал/), 'the word that it is over', {
      after: id,
    });
    await eventually('what waited is done', async () => {
      const ended = `select 1 from orders where owner_id = ${person.id} and state <> 'succeeded'`;
      return (await product.sql(ended)).length === 0;
    });
    expect(await admin.messages(says(/🚨 Поставщик OpenAI/))).toHaveLength(known + 1);
  });

  test('OpenAI, one model that the key may not use: only what needs it stops', async () => {
    const person = await Person.join(product.telegram, 'Пётр', 'ru');
    await product.openai.addFault({
      route: 'moderations',
      times: null,
      fault: {
        kind: 'status',
        status: 403,
        code: 'model_not_found',
        message: 'Project `proj_x` does not have access to model `omni-moderation-latest`',
      },
    });
    const before = await submitsSoFar();
    const order = await orderImages(person, RU, 'Маяк на рассвете');
    await seeFailure(person, RU, RU.failure.model, order);
    expect(await submitsSoFar()).toBe(before);
    await admin.see(says(/🚨 Поставщик OpenAI .*omni-moderation-latest/), 'the alarm that names the model');

    // Within the same minute.
    const bytes = await encodeSpeech('Проверка связи, раз два три.'.split(' '), { format: 'ogg' });
    const heard = await transcribe(person, RU, 'voice', { bytes, name: 'voice.ogg', mime: 'audio/ogg' });
    expect(heard.text).toBe('Проверка связи, раз два три.');
    await product.openai.clearFaults();
    await timePasses();
  });

  /** A refused provider is asked again after a minute: lets that minute be over. */
  async function timePasses(): Promise<void> {
    await product.sql(`update circuit_breakers set open_until = now()`);
  }

  async function submitsSoFar(): Promise<number> {
    return (await product.fal.requests()).filter(({ operation }) => operation === 'submit').length;
  }
});

test('nothing that any process wrote gives a secret away, and no process crashed', async () => {
  expect(await leaks(product)).toEqual([]);
  expect(product.crashes()).toEqual([]);
});

async function avatarState(person: Person): Promise<unknown> {
  const [row] = await product.sql('select state from avatars where owner_id = $1', [person.id]);
  return row?.['state'];
}

/** Jobs of this person that FAL accepted, that is, that somebody pays for. */
async function paidJobs(person: Person) {
  const rows = await product.sql(
    'select f.id from fal_jobs f join orders o on o.id = f.order_id where o.owner_id = $1',
    [person.id],
  );
  const ours = new Set(rows.map((row) => row['id']));
  return (await product.fal.paidJobs()).filter(({ job }) => ours.has(job));
}
