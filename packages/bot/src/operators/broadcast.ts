import {
  type Broadcast,
  changeDraft,
  draftBroadcast,
  findBroadcast,
  listBroadcasts,
  readButtons,
  showBroadcastIn,
  type Step,
  stepBroadcastBy,
} from '@aisha/core';
import type { BroadcastAudience, BroadcastContent } from '@aisha/db';
import type { Composer, Context } from 'telegraf';
import { message } from 'telegraf/filters';
import { type Answers, button } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { broadcastMessage } from './broadcast-message.ts';
import { broadcastScreen } from './broadcast-screens.ts';
import { buttonsOfBroadcast, changingBroadcast, writingBroadcast } from './dialogue.ts';
import { onOperatorText } from './route.ts';
import { boardButton } from './screens.ts';

/** The message exactly as everybody will get it, and below it whom it is for. */
async function preview(turn: Turn, broadcast: Broadcast): Promise<void> {
  turn.owed.push(broadcastMessage(broadcast, turn.chatId));
  turn.send(await broadcastScreen(turn.unit.tx, turn, broadcast));
}

/** What an operator sent becomes a new draft, or takes the place of a text or a photo in the one that is being changed. */
async function write(turn: Turn, { photo, ...sent }: BroadcastContent): Promise<void> {
  const changing = changingBroadcast.of(turn.state);
  if (!changing) {
    turn.state = IDLE;
    const content = { ...sent, ...(photo === undefined ? {} : { photo }) };
    return preview(turn, await draftBroadcast(turn.unit, { content, createdBy: String(turn.user.id) }));
  }
  const before = await findBroadcast(turn.unit.tx, changing.broadcastId);
  const shown = photo ?? before?.content.photo;
  // A photo without words of its own keeps those that were there.
  const { text, entities, html } = photo !== undefined && sent.text === '' && before ? before.content : sent;
  if (shown !== undefined && text.length > MOST_CAPTION)
    return turn.send({
      text: turn.t('cast.too_long', { n: MOST_CAPTION }),
      buttons: [[button(turn.label('button.cancel'), 'cast.show', changing.broadcastId)]],
    });
  turn.state = IDLE;
  const formatted = { ...(entities ? { entities } : {}), ...(html ? { html } : {}) };
  await change(
    turn,
    changing.broadcastId,
    ({ content: { buttons } }) => ({
      content: {
        text,
        ...formatted,
        ...(shown === undefined ? {} : { photo: shown }),
        ...(buttons ? { buttons } : {}),
      },
    }),
    preview,
  );
}

/** Telegram's, of a photo's words. */
const MOST_CAPTION = 1_024;

const isWriting = ({ state }: Turn): boolean =>
  writingBroadcast.of(state) !== null || changingBroadcast.of(state) !== null;

/** Telegram's formatting is taken over as it came. */
const formatting = (entities: readonly object[] | undefined) =>
  entities?.length ? { entities: entities.map((one) => ({ ...one })) } : {};

export function answerBroadcasts(composer: Composer<Context>): void {
  composer.on(message('text'), (ctx, next) => {
    const turn = turnOf(ctx);
    const { text, entities } = ctx.message;
    if (!turn.isOperator || text.startsWith('/') || !isWriting(turn)) return next();
    return write(turn, { text, ...formatting(entities) });
  });
  composer.on(message('photo'), (ctx, next) => {
    const turn = turnOf(ctx);
    const { photo, caption = '', caption_entities: entities } = ctx.message;
    const largest = photo.at(-1);
    if (!turn.isOperator || !largest || !isWriting(turn)) return next();
    return write(turn, { text: caption, photo: largest.file_id, ...formatting(entities) });
  });
  onOperatorText(composer, buttonsOfBroadcast, async (turn, text, { broadcastId }) => {
    const buttons = readButtons(text);
    if (!buttons) return turn.send({ text: turn.t('cast.buttons.wrong') });
    turn.state = IDLE;
    await change(turn, broadcastId, ({ content }) => ({ content: { ...content, buttons } }), preview);
  });
}

const show = async (turn: Turn, broadcast: Broadcast) =>
  turn.show(await broadcastScreen(turn.unit.tx, turn, broadcast));

async function change(
  turn: Turn,
  id: string,
  how: (draft: Broadcast) => Partial<Pick<Broadcast, 'content' | 'audience'>>,
  then: (turn: Turn, broadcast: Broadcast) => Promise<void> = show,
): Promise<void> {
  const before = await findBroadcast(turn.unit.tx, id);
  const changed = before && (await changeDraft(turn.unit, id, how(before)));
  if (changed) return then(turn, changed);
  turn.toast('button.outdated');
  if (before) await show(turn, before);
}

const narrow = (turn: Turn, id: string, part: BroadcastAudience) =>
  change(turn, id, ({ audience }) => ({ audience: { ...audience, ...part } }));

/** The message whose button was pressed shows from now on how it goes. */
async function step(turn: Turn, id: string, what: Step): Promise<void> {
  const moved = await stepBroadcastBy(turn.unit, turn.user.id, id, what);
  if (!moved) turn.toast('button.outdated');
  if (moved && turn.shownIn !== undefined)
    await showBroadcastIn(turn.unit, id, { chatId: turn.chatId, messageId: turn.shownIn });
  const now = moved ?? (await findBroadcast(turn.unit.tx, id));
  if (now) await show(turn, now);
}

const SHOWN = 8;

export const broadcastAnswers = {
  cast: async (turn) => {
    turn.state = IDLE;
    const made = await listBroadcasts(turn.unit.tx, SHOWN);
    turn.show({
      text: turn.t(made.length === 0 ? 'cast.none' : 'cast.title'),
      buttons: [
        ...made.map((one) => [
          button(
            `${turn.date(one.createdAt)} · ${turn.label(`cast.short.${one.state}`)}`,
            'cast.show',
            one.id,
          ),
        ]),
        [button(turn.label('cast.new'), 'cast.new')],
        [boardButton(turn)],
      ],
    });
  },
  'cast.new': (turn) => {
    turn.state = writingBroadcast.at({});
    turn.show({
      text: turn.t('cast.ask'),
      buttons: [[button(turn.label('button.cancel'), 'cast')]],
    });
  },
  'cast.show': async (turn, id) => {
    turn.state = IDLE;
    const found = await findBroadcast(turn.unit.tx, id);
    if (!found) return turn.toast('button.outdated');
    await show(turn, found);
  },
  'cast.preview': async (turn, id) => {
    const found = await findBroadcast(turn.unit.tx, id);
    if (!found) return turn.toast('button.outdated');
    await preview(turn, found);
  },
  'cast.active': (turn, id, days) =>
    narrow(turn, id, { activeDays: days === 'all' ? undefined : Number(days) }),
  'cast.language': (turn, id, language) =>
    narrow(turn, id, { language: language === 'all' ? undefined : language }),
  'cast.credits': (turn, id, credits) =>
    narrow(turn, id, { credits: credits === 'all' ? undefined : credits }),
  'cast.change': async (turn, id) => {
    const found = await findBroadcast(turn.unit.tx, id);
    if (found?.state !== 'draft') return turn.toast('button.outdated');
    turn.state = changingBroadcast.at({ broadcastId: id });
    turn.show({
      text: turn.t('cast.change.ask'),
      buttons: [[button(turn.label('button.cancel'), 'cast.show', id)]],
    });
  },
  'cast.photo.drop': (turn, id) =>
    change(turn, id, ({ content: { photo: _photo, ...content } }) => ({ content }), preview),
  'cast.buttons.drop': (turn, id) => {
    turn.state = IDLE;
    return change(turn, id, ({ content: { buttons: _buttons, ...content } }) => ({ content }), preview);
  },
  'cast.buttons': async (turn, id) => {
    const found = await findBroadcast(turn.unit.tx, id);
    if (found?.state !== 'draft') return turn.toast('button.outdated');
    turn.state = buttonsOfBroadcast.at({ broadcastId: id });
    turn.show({
      text: turn.t('cast.buttons.ask'),
      buttons: [
        found.content.buttons ? [button(turn.label('cast.buttons.drop'), 'cast.buttons.drop', id)] : [],
        [button(turn.label('button.cancel'), 'cast.show', id)],
      ],
    });
  },
  'cast.start': (turn, id) => step(turn, id, 'start'),
  'cast.pause': (turn, id) => step(turn, id, 'pause'),
  'cast.resume': (turn, id) => step(turn, id, 'resume'),
  'cast.cancel': (turn, id) => step(turn, id, 'cancel'),
} satisfies Partial<Answers>;
