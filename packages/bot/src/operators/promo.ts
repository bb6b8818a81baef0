import { createPromoCodeBy, listPromoCodes, type PromoCode, stopPromoCodeBy } from '@aisha/core';
import { PROMO_KINDS } from '@aisha/db';
import type { Composer, Context } from 'telegraf';
import { type Answers, button } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { during } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { agreeingPromo, describingPromo, stoppingPromo } from './dialogue.ts';
import { onOperatorText } from './route.ts';
import { boardButton } from './screens.ts';

type Shown = Pick<PromoCode, 'code' | 'kind' | 'value' | 'maxUses' | 'endsAt'> &
  Partial<Pick<PromoCode, 'uses' | 'disabledAt'>>;

function codeLine(voice: Voice, promo: Shown): string {
  const { code, value, kind, maxUses, endsAt, disabledAt, uses = 0 } = promo;
  return [
    voice.t(`admin.promo.line.${kind}`, { code, value, uses, most: maxUses ?? '∞' }),
    endsAt ? voice.t('admin.promo.until', { date: voice.date(endsAt) }) : '',
    disabledAt ? voice.t('admin.promo.stopped') : '',
  ]
    .filter(Boolean)
    .join(', ');
}

const SHOWN = 10;

async function showCodes(turn: Turn): Promise<void> {
  turn.state = IDLE;
  const codes = await listPromoCodes(turn.unit.tx, SHOWN);
  const lines = codes.map((one) => codeLine(turn, one));
  turn.show({
    text: [turn.t('admin.promo.title'), ...(lines.length === 0 ? [turn.t('admin.promo.none')] : lines)].join(
      '\n',
    ),
    buttons: [
      ...PROMO_KINDS.map((kind) => [button(turn.label(`admin.promo.new.${kind}`), 'admin.promo.new', kind)]),
      codes.length === 0 ? [] : [button(turn.label('admin.promo.stop'), 'admin.promo.stop')],
      [boardButton(turn)],
    ],
  });
}

/** Operators write days as people in Kazakhstan live them (UTC+5): a code is good until the end of the day. */
function endOf(day: string): Date | null {
  const [, date, month, year] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(day) ?? [];
  if (!date || !month || !year) return null;
  const end = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date) + 1, -5));
  // 31 February is no day.
  return new Date(end.getTime() - 1 + 5 * 3_600_000).getUTCDate() === Number(date) ? end : null;
}

/** `CODE value [uses in all] [last day]`; null when it is not understood. */
export function readPromoLine(
  line: string,
): { code: string; value: number; maxUses: number | null; endsAt: Date | null } | null {
  const [code, value, uses = '0', day, ...rest] = line.split(/\s+/);
  const endsAt = day === undefined ? null : endOf(day);
  if (!code || !value || rest.length > 0 || !/^\d{1,9}%?$/.test(value) || !/^\d{1,9}$/.test(uses))
    return null;
  if (day !== undefined && !endsAt) return null;
  return { code, value: Number.parseInt(value, 10), maxUses: Number(uses) || null, endsAt };
}

const asking = (turn: Turn, text: string) =>
  turn.show({ text, buttons: [[button(turn.label('button.cancel'), 'admin.promo')]] });

export function answerPromo(composer: Composer<Context>): void {
  onOperatorText(composer, describingPromo, (turn, text, { kind }) => {
    const read = readPromoLine(text);
    if (!read) return asking(turn, turn.t('admin.promo.wrong.line'));
    if (read.endsAt && read.endsAt <= new Date()) return asking(turn, turn.t('admin.promo.wrong.dates'));
    turn.state = agreeingPromo.at({ ...read, kind, endsAt: read.endsAt?.toISOString() ?? null });
    turn.send({
      text: `${turn.t('admin.promo.confirm')}\n${codeLine(turn, { ...read, kind })}`,
      buttons: [
        [
          button(turn.label('admin.yes'), 'admin.promo.yes'),
          button(turn.label('button.cancel'), 'admin.promo'),
        ],
      ],
    });
  });
  onOperatorText(composer, stoppingPromo, async (turn, text) => {
    const stopped = await stopPromoCodeBy(turn.unit, turn.user.id, text);
    if (!stopped) return asking(turn, turn.t('admin.promo.unknown'));
    await showCodes(turn);
  });
}

export const promoAnswers = {
  'admin.promo': showCodes,
  'admin.promo.new': (turn, kind) => {
    turn.state = describingPromo.at({ kind });
    asking(turn, turn.t(`admin.promo.ask.${kind}`));
  },
  'admin.promo.yes': during(agreeingPromo, async (turn, { kind, code, value, maxUses, endsAt }) => {
    const made = await createPromoCodeBy(turn.unit, turn.user.id, {
      code,
      kind,
      value,
      maxUses,
      maxUsesPerUser: 1,
      startsAt: null,
      endsAt: endsAt === null ? null : new Date(endsAt),
      pack: null,
    });
    if ('code' in made) return showCodes(turn);
    turn.state = describingPromo.at({ kind });
    asking(turn, turn.t(`admin.promo.wrong.${made.wrong}`));
  }),
  'admin.promo.stop': (turn) => {
    turn.state = stoppingPromo.at({});
    asking(turn, turn.t('admin.promo.stop.ask'));
  },
} satisfies Partial<Answers>;
