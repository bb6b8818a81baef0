import {
  type Alarm,
  type AlarmBody,
  CAP_STEP,
  countWaiting,
  failedOrders,
  findAlarm,
  findUser,
  isPaused,
  mendByAlarm,
  type Mended,
  type Mending,
} from '@aisha/core';
import type { Db } from '@aisha/db';
import { type Answers, button } from '../buttons.ts';
import type { Button } from '../chat/button.ts';
import type { Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { moneyAlarmScreen } from '../credits/notices.ts';
import { providerWord, useWord } from './words.ts';

type Reading = Pick<Db, 'select' | '$count'>;

/** What is refused, a whole account or one model, and what stands still by it. */
function alarmText(voice: Voice, { provider: name, reason, model, use, about }: Alarm): string {
  const provider = providerWord(name);
  if (about === 'unreadable') return voice.t('alarm.unreadable', { provider, reason });
  if (model === undefined) return voice.t('alarm.text', { provider, reason });
  return voice.t('alarm.model', {
    provider,
    model,
    use: useWord(voice, use),
    reason: voice.t(reason === 'country' ? 'outage.country' : 'outage.model'),
  });
}

async function doneLine(db: Reading, voice: Voice, { what, by, orders, left, usd }: Mended): Promise<string> {
  const operator = await findUser(db, by);
  return voice.t(`alarm.done.${what}`, {
    by: operator?.username ? `@${operator.username}` : operator?.firstName || by,
    n: orders ?? 0,
    left: left ?? 0,
    usd: usd ?? 0,
  });
}

/** As many failed orders as are counted for a button. */
const COUNTED = 500;

async function mendingButtons(
  db: Reading,
  voice: Voice,
  id: string,
  { kind, data }: AlarmBody,
): Promise<Button[][]> {
  if (kind === 'money.alarm' && data.cap !== undefined)
    return data.done?.some(({ what }) => what === 'raised')
      ? []
      : [[button(voice.label('alarm.raise', { usd: Math.ceil(data.cap * CAP_STEP) }), 'alarm.raise', id)]];
  if (data.provider === undefined) return [];
  const name = data.provider.toLowerCase();
  const provider = providerWord(name);
  const pause = (await isPaused(db, name))
    ? button(voice.label('alarm.resume', { provider }), 'alarm.resume', id)
    : button(voice.label('alarm.pause', { provider }), 'alarm.pause', id);
  if (kind === 'money.alarm' || data.about === 'unreadable') return [[pause]];
  const failure = data.model === undefined ? 'provider_account' : 'provider_model';
  const { length: failed } = await failedOrders(db, { failure, limit: COUNTED });
  const n = failed + (failure === 'provider_account' ? await countWaiting(db) : 0);
  return [[button(voice.label('alarm.retry', { n }), 'alarm.retry', id)], [pause]];
}

/** An alarm as an operator sees it: what is wrong, what was done about it and by whom, and what can be done. */
export async function alarmScreen(db: Reading, voice: Voice, id: string, body: AlarmBody): Promise<Screen> {
  const text = body.kind === 'alarm' ? alarmText(voice, body.data) : moneyAlarmScreen(voice, body.data).text;
  const done = await Promise.all((body.data.done ?? []).map((one) => doneLine(db, voice, one)));
  return {
    text: done.length === 0 ? text : `${text}\n\n${done.join('\n')}`,
    buttons: await mendingButtons(db, voice, id, body),
  };
}

async function mend(turn: Turn, id: string, how: Mending): Promise<void> {
  const done = await mendByAlarm(turn.unit, turn.user.id, id, how);
  turn.toast(done ? (how === 'retry' ? 'alarm.retrying' : 'alarm.did') : 'button.outdated');
  const alarm = await findAlarm(turn.unit.tx, id);
  if (alarm?.userId === turn.user.id) turn.show(await alarmScreen(turn.unit.tx, turn, id, alarm.body));
}

export const alarmAnswers = {
  'alarm.retry': (turn, id) => mend(turn, id, 'retry'),
  'alarm.pause': (turn, id) => mend(turn, id, 'pause'),
  'alarm.resume': (turn, id) => mend(turn, id, 'resume'),
  'alarm.raise': (turn, id) => mend(turn, id, 'raise'),
} satisfies Partial<Answers>;
