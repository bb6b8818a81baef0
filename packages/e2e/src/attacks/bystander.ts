import { setTimeout as wait } from 'node:timers/promises';
import { encodeSpeech } from '@aisha/sandbox';
import { type Person, says, type Upload } from '../person.ts';
import { hasButton } from '../steps.ts';
import { RU } from '../words.ts';

/** Telegram takes a message a second to one chat; asked more often, the answers would wait by its rules. */
const PACE_MS = 1_100;
/** A voice message every so often. */
const VOICE_MS = 6_000;

export interface Noticed {
  /** How long the bot took to answer a message, in ms. */
  readonly answers: readonly number[];
  /** … and to write down a short voice message. */
  readonly voices: readonly number[];
}

/** Two people who use the bot as people do while others misbehave: one talks with it, one sends voice messages. */
export async function use(talks: Person, speaks: Person, until: AbortSignal): Promise<Noticed> {
  const voice = {
    bytes: await encodeSpeech(['Позвони', 'маме.'], { format: 'ogg' }),
    name: 'voice.ogg',
    mime: 'audio/ogg',
  };
  const [answers, voices] = await Promise.all([
    repeat(until, PACE_MS, () => ask(talks)),
    repeat(until, VOICE_MS, () => speak(speaks, voice)),
  ]);
  return { answers, voices };
}

async function ask(person: Person): Promise<void> {
  const { id } = await person.write('/help');
  await person.see(says(/./), 'an answer', { after: id });
}

async function speak(person: Person, voice: Upload): Promise<void> {
  const { id } = await person.media('voice', voice);
  await person.see((message) => hasButton(message, RU.summary), 'the text', { after: id });
}

/** How long each time took. */
async function repeat(until: AbortSignal, everyMs: number, act: () => Promise<void>): Promise<number[]> {
  const took: number[] = [];
  while (!until.aborted) {
    const from = performance.now();
    await act();
    const ms = performance.now() - from;
    took.push(Math.round(ms));
    await wait(Math.max(0, everyMs - ms), undefined, { signal: until }).catch(() => undefined);
  }
  return took;
}

/** The time within which 95 of 100 were done. */
export function p95(took: readonly number[]): number {
  const sorted = took.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Infinity;
}
