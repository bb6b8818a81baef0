import { setTimeout as wait } from 'node:timers/promises';
import { encodeSpeech } from '@aisha/sandbox';
import { buttonsOf, Person, type Photo, says } from '../person.ts';
import { makePhotos } from '../photos.ts';
import { TimeoutError } from '../waiting.ts';
import { ECHO_COMMANDS, type Echo } from './echo.ts';
import type { Random } from './random.ts';
import type { System } from './system.ts';

/** What people did: what the product has to have done once, no more and no less. */
export interface Ledger {
  /** By chat, in their order. */
  readonly commands: Map<number, Echo[]>;
  readonly recordings: { chatId: number; messageId: number }[];
  readonly pictures: { chatId: number; prompt: string }[];
  /** Data of the buttons that order a document, as pressed. */
  readonly documents: { chatId: number; data: string }[];
  readonly trainings: { chatId: number; avatarId: string }[];
  readonly cancels: { chatId: number; orderId: string }[];
  /** Packs that Telegram took Stars for. */
  readonly purchases: { chatId: number; chargeId: string }[];
  /** Times that somebody had no answer within their patience and went on. */
  impatient: number;
}

export interface Crowd {
  readonly ledger: Ledger;
  /** Resolves when the last of them has put the telephone down. */
  readonly done: Promise<void>;
}

interface Actor {
  readonly person: Person;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly material: Material;
}

interface Material {
  readonly voice: Buffer;
  /** Longer than what is free. */
  readonly longVoice: Buffer;
  readonly photos: readonly Photo[];
}

const PATIENCE_MS = 20_000;
const WORDS = 'we meet on monday at ten and olga writes the report'.split(' ');

export const emptyLedger = (): Ledger => ({
  commands: new Map(),
  recordings: [],
  pictures: [],
  documents: [],
  trainings: [],
  cancels: [],
  purchases: [],
  impatient: 0,
});

/** Mixed users side by side until the signal aborts; what is under way then is finished. */
export async function startCrowd(
  system: System,
  random: Random,
  sizes: { chatters: number; talkers: number; painters: number; trainers: number; buyers: number },
  signal: AbortSignal,
): Promise<Crowd> {
  const ledger = emptyLedger();
  const material: Material = {
    voice: await encodeSpeech(WORDS, { format: 'ogg' }),
    longVoice: await encodeSpeech(Array.from({ length: 7 }, () => WORDS).flat(), {
      format: 'ogg',
      wordMs: 900,
    }),
    photos: await makePhotos(10, 640),
  };
  const kinds = [
    { name: 'chatter', count: sizes.chatters, act: chat },
    { name: 'talker', count: sizes.talkers, act: talk },
    { name: 'painter', count: sizes.painters, act: paint },
    { name: 'trainer', count: sizes.trainers, act: train },
    { name: 'buyer', count: sizes.buyers, act: buy },
  ];
  const running: Promise<void>[] = [];
  for (const { name, count, act } of kinds)
    for (let n = 0; n < count; n += 1) {
      const person = await Person.join(system.telegram, `${name} ${n + 1}`, 'en');
      const actor: Actor = { person, random: random.fork(`${name} ${n}`), ledger, material };
      running.push(live(system, actor, act, signal));
    }
  return { ledger, done: Promise.all(running).then(() => undefined) };
}

type Act = (system: System, actor: Actor, turn: number) => Promise<void>;

async function live(system: System, actor: Actor, act: Act, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn += 1) {
    try {
      await act(system, actor, turn);
    } catch (error) {
      // Nobody waits for ever for a bot whose provider is down; what they did stays in the ledger.
      if (!(error instanceof TimeoutError)) throw error;
      actor.ledger.impatient += 1;
    }
    await wait(actor.random.whole(100, 900), undefined, { signal }).catch(() => undefined);
  }
}

/** Telegram takes a message a second to one chat: who asks for more waits longer and longer by its rules, not ours. */
const ANSWER_MS = 1_300;

/** Commands in a burst, faster than they are answered, and then as long a pause as the answers need. */
async function chat(system: System, { person, random, ledger }: Actor): Promise<void> {
  const said = ledger.commands.get(person.id) ?? [];
  ledger.commands.set(person.id, said);
  const burst: Echo[] = [];
  for (let left = random.whole(2, 5); left > 0; left -= 1) {
    const before = burst.at(-1) ?? said.at(-1);
    burst.push(random.pick(ECHO_COMMANDS.filter((command) => command !== before)));
  }
  said.push(...burst);
  await system.telegram.sendTexts({ messages: burst.map((text) => ({ userId: person.id, text })) });
  await wait(burst.length * ANSWER_MS);
}

/** A voice message or a text file, and a document of what it became. */
async function talk(
  _system: System,
  { person, random, ledger, material }: Actor,
  turn: number,
): Promise<void> {
  const isLong = random.chance(0.3);
  const file = random.chance(0.5)
    ? {
        kind: 'voice' as const,
        bytes: isLong ? material.longVoice : material.voice,
        name: 'voice.ogg',
        mime: 'audio/ogg',
      }
    : {
        kind: 'document' as const,
        bytes: Buffer.from(`Note ${turn}. Olga writes the report until Friday. We meet on Monday at ten.`),
        name: `note-${turn}.txt`,
        mime: 'text/plain',
      };
  const { id } = await person.media(file.kind, file);
  ledger.recordings.push({ chatId: person.id, messageId: id });
  // What costs is quoted once it was opened.
  if (file.kind === 'voice' && isLong) await person.press(/^▶️ Start/, { after: id, timeoutMs: PATIENCE_MS });
  const label = random.pick([/Summary/, /To-do list/]);
  const answer = await person.see(
    (message) => message.message.reply_to_message?.message_id === id && hasButton(message, label),
    'the transcript',
    { after: id, timeoutMs: PATIENCE_MS },
  );
  if (random.chance(0.4)) return;
  ledger.documents.push({ chatId: person.id, data: buttonData(answer, label) });
  await person.pressOn(answer, label);
}

/** A pack for Stars; Telegram takes them once the bot has agreed in time. */
async function buy(system: System, { person, ledger }: Actor): Promise<void> {
  const looking = { timeoutMs: PATIENCE_MS };
  const { id: after } = await person.write('/balance');
  await person.press(/Top up/, { after, ...looking });
  await person.press(/100 credits/, { after: after - 1, ...looking });
  const invoice = await person.see(({ message }) => message.invoice !== undefined, 'the invoice', {
    after,
    ...looking,
  });
  const paid = await system.telegram.pay({ userId: person.id, messageId: invoice.id });
  if (paid.outcome === 'paid') ledger.purchases.push({ chatId: person.id, chargeId: paid.chargeId });
}

async function paint(_system: System, { person, random, ledger }: Actor, turn: number): Promise<void> {
  const prompt = `a lighthouse number ${person.id} ${turn}`;
  ledger.pictures.push({ chatId: person.id, prompt });
  const { id } = await imagine(person, prompt);
  if (!random.chance(0.3)) {
    await person.see(
      (message) => message.text.includes(prompt) || says(/It didn’t work/)(message),
      'a picture',
      {
        after: id,
        timeoutMs: PATIENCE_MS,
      },
    );
    return;
  }
  const status = await person.see(isStatus, 'the status', {
    after: id,
    timeoutMs: PATIENCE_MS,
  });
  const orderId = buttonData(status, /Cancel/).split(':')[1] ?? '';
  await wait(random.whole(0, 600));
  try {
    await person.pressOn(status, /Cancel/);
    ledger.cancels.push({ chatId: person.id, orderId });
  } catch {
    // The button was gone before the finger came down.
  }
}

/** The whole way to an avatar: name, consent, an album, the training. */
async function train(
  _system: System,
  { person, random, ledger, material }: Actor,
  turn: number,
): Promise<void> {
  const looking = { timeoutMs: PATIENCE_MS };
  const { id: start } = await person.write('/new_avatar');
  await person.press(/Person \(portrait\)/, { after: start, ...looking });
  await person.see(says(/What shall we call/), 'the question for a name', { after: start, ...looking });
  const { id } = await person.write(`Ann ${person.id} ${turn}`);
  await person.press(/^Man$/, { after: id - 1, ...looking });
  await person.press(/I confirm/, { after: id - 1, ...looking });
  await person.see(says(/Send 10 to 20 photos/), 'the counter', {
    after: id - 1,
    ...looking,
  });
  await person.album(material.photos);
  const ready = await person.see((message) => hasButton(message, /🚀 Train/), 'ten photos accepted', {
    after: id - 1,
    timeoutMs: 2 * PATIENCE_MS,
  });
  const trained = buttonData(ready, /🚀 Train/).split(':')[1] ?? '';
  await person.pressOn(ready, /🚀 Train/);
  await person.press(/Fast/, { after: id - 1, ...looking });
  ledger.trainings.push({ chatId: person.id, avatarId: trained });
  const words = random.chance(0.2) ? /Training the model|is ready|didn’t work/ : /is ready|didn’t work/;
  await person.see(says(words), 'the end of the training', { after: id - 1, timeoutMs: 2 * PATIENCE_MS });
}

/** Asks for an image the way that shows what it costs; the description's message. */
export async function imagine(person: Person, prompt: string): Promise<{ id: number }> {
  await person.write('/imagine');
  return person.write(prompt);
}

type Buttons = Parameters<typeof buttonsOf>[0];

export const hasButton = (message: Buttons, label: RegExp): boolean =>
  buttonsOf(message).some((button) => label.test(button));

/** Of an order under way: the question for a description can be cancelled too, and is no order yet. */
export const isStatus = (message: Buttons): boolean =>
  hasButton(message, /Cancel/) && buttonData(message, /Cancel/).startsWith('order.cancel:');

export function buttonData({ markup }: Buttons, label: RegExp): string {
  const buttons = markup && 'inline_keyboard' in markup ? markup.inline_keyboard.flat() : [];
  const found = buttons.find((button) => label.test(button.text))?.callback_data;
  if (found === undefined) throw new TimeoutError(`the button ${label} went away`);
  return found;
}
