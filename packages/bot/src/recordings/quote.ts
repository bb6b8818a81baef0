import {
  chooseHearing,
  chooseSetting,
  findOrder,
  type HearingChoice,
  hearingIn,
  nameIn,
  OFFERED_LANGUAGES,
  type Order,
  secondsOf,
} from '@aisha/core';
import { type Answers, button } from '../buttons.ts';
import { type Button, rows } from '../chat/button.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { capital } from '../documents/screens.ts';
import { statusScreen } from '../orders/screens.ts';

type Quoted = Pick<Order, 'id' | 'input'>;

const languageName = (voice: Voice, language: string | null): string =>
  language === null ? voice.label('speech.auto') : capital(nameIn(voice.language, language));

/** What is said of a recording beside its price. */
export function quoteLines(voice: Voice, { input }: Pick<Order, 'input'>): string[] {
  const { prices } = voice.settings;
  const duration = voice.duration(secondsOf(input) * 1_000);
  const each = voice.credits(prices.transcriptionMinute);
  const free = voice.freeTime();
  return [
    voice.t('quote.length', { duration }),
    voice.t(prices.freeSeconds > 0 ? 'quote.minutes' : 'quote.minutes.none_free', { each, free }),
  ];
}

/** What can be chosen before it begins; each becomes what the person begins with the next time. */
export function quoteButtons(voice: Voice, { id, input }: Quoted): Button[][] {
  const { language, speakers } = hearingIn(input);
  return [
    language === undefined
      ? []
      : [
          button(
            voice.label('quote.language', { language: languageName(voice, language) }),
            'quote.language',
            id,
          ),
        ],
    speakers === undefined
      ? []
      : [
          button(
            voice.label(speakers ? 'quote.speakers.yes' : 'quote.speakers.no'),
            'quote.speakers',
            id,
            speakers ? 'no' : 'yes',
          ),
        ],
  ];
}

const FIRST = ['ru', 'kk', 'en'] as const;

/** Which languages may be spoken: those of the house first. */
function languageButtons(voice: Voice, id: string, which: 'first' | 'more'): Button[][] {
  const codes =
    which === 'first' ? FIRST : OFFERED_LANGUAGES.filter((code) => !FIRST.some((one) => one === code));
  return [
    ...(which === 'first' ? [[button(voice.label('speech.auto'), 'quote.language.set', id, 'auto')]] : []),
    ...rows(
      codes.map((code) => button(languageName(voice, code), 'quote.language.set', id, code)),
      3,
    ),
    [
      ...(which === 'first'
        ? [button(voice.label('quote.language.more'), 'quote.language', id, 'more')]
        : []),
      button(voice.label('button.back'), 'quote', id),
    ],
  ];
}

async function choose(turn: Turn, id: string, choice: HearingChoice): Promise<void> {
  const order = await chooseHearing(turn.unit, turn.user.id, id, choice);
  if (!order) return turn.toast('quote.gone');
  if (choice.language !== undefined)
    await chooseSetting(turn.unit, turn.user.id, 'speechLanguage', choice.language);
  if (choice.speakers !== undefined)
    await chooseSetting(turn.unit, turn.user.id, 'speakers', choice.speakers);
  turn.show(statusScreen(turn, order), { bind: { to: 'order', id } });
}

export const quoteAnswers = {
  quote: async (turn, id) => {
    const order = await findOrder(turn.unit.tx, id);
    if (order?.ownerId !== turn.user.id || order.state !== 'quoted') return turn.toast('quote.gone');
    turn.show(statusScreen(turn, order));
  },
  'quote.language': (turn, id, which) => turn.showButtons(languageButtons(turn, id, which)),
  'quote.language.set': (turn, id, language) =>
    choose(turn, id, { language: language === 'auto' ? null : language }),
  'quote.speakers': (turn, id, wanted) => choose(turn, id, { speakers: wanted === 'yes' }),
} satisfies Partial<Answers>;
