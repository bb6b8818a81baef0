import { audienceSize, type Broadcast, type Tally, tallyOf } from '@aisha/core';
import { type Db, LANGUAGES } from '@aisha/db';
import { button } from '../buttons.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { boardButton } from './screens.ts';

/** Days within which somebody was seen. */
const ACTIVE_DAYS = ['all', '7', '30', '90'] as const;
const AUDIENCE_LANGUAGES = ['all', ...LANGUAGES] as const;
const AUDIENCE_CREDITS = ['all', 'with', 'without'] as const;

const chosen = (text: string, isChosen: boolean) => (isChosen ? `✓ ${text}` : text);

/** Whom a draft is for, how many that is, and the way to start it. */
function draftScreen(voice: Voice, { id, audience, content }: Broadcast, size: number): Screen {
  const { activeDays, language = 'all', credits = 'all' } = audience;
  const days = activeDays === undefined ? 'all' : String(activeDays);
  return {
    text: voice.t('cast.draft', { n: size }),
    buttons: [
      ACTIVE_DAYS.map((one) =>
        button(
          chosen(
            voice.label(one === 'all' ? 'cast.active.all' : 'cast.active.days', { n: one }),
            one === days,
          ),
          'cast.active',
          id,
          one,
        ),
      ),
      AUDIENCE_LANGUAGES.map((one) =>
        button(
          chosen(one === 'all' ? voice.label('cast.language.all') : one.toUpperCase(), one === language),
          'cast.language',
          id,
          one,
        ),
      ),
      AUDIENCE_CREDITS.map((one) =>
        button(chosen(voice.label(`cast.credits.${one}`), one === credits), 'cast.credits', id, one),
      ),
      [
        button(voice.label('cast.change'), 'cast.change', id),
        button(voice.label('cast.buttons', { n: content.buttons?.length ?? 0 }), 'cast.buttons', id),
        button(voice.label('cast.preview'), 'cast.preview', id),
      ],
      // What is left must still be a message.
      content.photo !== undefined && content.text !== ''
        ? [button(voice.label('cast.photo.drop'), 'cast.photo.drop', id)]
        : [],
      [button(voice.label('cast.start', { n: size }), 'cast.start', id)],
      [button(voice.label('cast.cancel'), 'cast.cancel', id), boardButton(voice)],
    ],
  };
}

const BAR_LENGTH = 12;

/** How far a broadcast is, or how it ended. */
function sendingScreen(
  voice: Voice,
  { id, state, startedAt, endedAt }: Broadcast,
  { all, sent, skipped, refused, uncertain, waiting, sending }: Tally,
): Screen {
  const left = waiting + sending;
  const done = all - left;
  const filled = all === 0 ? BAR_LENGTH : Math.floor((done / all) * BAR_LENGTH);
  const end = endedAt ?? new Date();
  const isOver = state === 'finished' || state === 'cancelled';
  return {
    text: [
      voice.t(`cast.state.${state}`),
      `${'▓'.repeat(filled)}${'░'.repeat(BAR_LENGTH - filled)} ${done} / ${all}`,
      voice.t('cast.tally', {
        sent,
        skipped,
        refused,
        uncertain,
        left,
        time: voice.duration(startedAt ? end.getTime() - startedAt.getTime() : 0),
      }),
    ].join('\n'),
    buttons: [
      state === 'running' ? [button(voice.label('cast.pause'), 'cast.pause', id)] : [],
      state === 'paused' ? [button(voice.label('cast.resume'), 'cast.resume', id)] : [],
      isOver
        ? []
        : [
            button(voice.label('admin.refresh'), 'cast.show', id),
            button(voice.label('cast.cancel'), 'cast.cancel', id),
          ],
      isOver ? [button(voice.label('admin.cast'), 'cast'), boardButton(voice)] : [],
    ],
  };
}

/** A broadcast as it is now. */
export async function broadcastScreen(
  db: Pick<Db, 'select'>,
  voice: Voice,
  broadcast: Broadcast,
): Promise<Screen> {
  return broadcast.state === 'draft'
    ? draftScreen(voice, broadcast, await audienceSize(db, broadcast.audience))
    : sendingScreen(voice, broadcast, await tallyOf(db, broadcast.id));
}
