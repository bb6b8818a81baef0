import { type ActionEntry, isOrderKind, type Order } from '@aisha/core';
import type { FailureReason, OrderState } from '@aisha/db';
import type { Voice } from '../chat/voice.ts';
import type { TextKey } from '../texts/index.ts';

/** Several things in a line, or a dash for none. */
export const list = (parts: readonly string[]) => parts.join(', ') || '–';

export const stateWord = (voice: Voice, state: OrderState): string => voice.label(`state.${state}`);
export const causeWord = (voice: Voice, cause: FailureReason | null): string =>
  voice.label(`cause.${cause ?? 'internal'}`);
export const kindWord = (voice: Voice, order: Pick<Order, 'kind'>): string =>
  isOrderKind(order.kind) ? voice.label(voice.shown(order).title) : order.kind;

/** How an order is, and why if it failed. */
export const howItIs = (voice: Voice, { state, failure }: Pick<Order, 'state' | 'failure'>): string =>
  state === 'failed' ? `${stateWord(voice, state)}: ${causeWord(voice, failure)}` : stateWord(voice, state);

/** In the operator's own words, unless a button gave the reason. */
function reasonWords(voice: Voice, reason: string): string {
  if (reason === 'paysupport') return voice.label('reason.paysupport');
  return /^alarm [0-9a-f-]{36}$/.test(reason) ? voice.label('reason.alarm') : reason;
}

/** What somebody did, with its amounts and reason. */
export function actionWords(voice: Voice, { action, about, reason, userId }: ActionEntry): string {
  const amount = about['amount'] ?? about['credits'];
  return [
    voice.label(`did.${action}`),
    typeof amount === 'number' ? voice.credits(Math.abs(amount)) : '',
    typeof about['code'] === 'string' ? about['code'] : '',
    typeof about['provider'] === 'string' ? about['provider'] : '',
    userId === null ? '' : String(userId),
    reason ? `«${reasonWords(voice, reason)}»` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

export const operatorWord = (voice: Voice, operator: string): string =>
  operator === 'cli' ? voice.label('by.cli') : operator;

const USES = {
  speech: 'use.speech',
  text: 'use.text',
  vision: 'use.vision',
  moderation: 'use.moderation',
  trainer: 'use.trainer',
  generator: 'use.generator',
} as const satisfies Readonly<Record<string, TextKey>>;

/** What we use a model for. */
export const useWord = (voice: Voice, use: string | undefined): string =>
  voice.label(Object.entries(USES).find(([name]) => name === use)?.[1] ?? 'use.other');

const PROVIDERS: Readonly<Record<string, string>> = {
  fal: 'FAL',
  openai: 'OpenAI',
  elevenlabs: 'ElevenLabs',
};
export const providerWord = (name: string): string => PROVIDERS[name] ?? name;

/** A row of what is refused: a whole account, or one model for one use (`openai/speech/whisper-1`). */
export function outageWord(voice: Voice, name: string): string {
  if (name.startsWith('operator:'))
    return voice.label('admin.paused', { provider: providerWord(name.slice('operator:'.length)) });
  const [provider = '', use, ...model] = name.split('/');
  return use === undefined
    ? providerWord(provider)
    : `${providerWord(provider)} ${model.join('/')} (${useWord(voice, use)})`;
}
