import {
  deleteImages,
  findAvatar,
  findImage,
  galleryPage,
  type Image,
  listAvatars,
  mainAvatar,
  orderImages,
  PROMPT_MAX,
  repeatUnderWay,
  toggleFavourite,
} from '@aisha/core';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { z } from 'zod';
import { IDLE } from '../chat/dialogue.ts';
import { sendImage, sendOriginal } from '../chat/results.ts';
import { keyboard } from '../chat/screen.ts';
import {
  galleryButtons,
  galleryCaption,
  type ImageDraft,
  imageButtons,
  imagineScreen,
  pickScreen,
  shapeOf,
} from './screens.ts';
import { noteScreen } from '../menu/screens.ts';
import { statusScreen } from '../orders/screens.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { onCommand, onPress, type Press } from '../chat/route.ts';

const isId = (id: string | undefined): id is string => z.uuid().safeParse(id).success;

export function imagesComposer() {
  const composer = new Composer();
  onCommand(composer, 'imagine', async (turn, prompt) => {
    const avatar = await mainAvatar(turn.unit.tx, turn.user.id);
    const draft: ImageDraft = { name: 'image.prompt', avatarId: avatar?.id ?? null, aspect: '1:1', count: 1 };
    return prompt ? order(turn, draft, prompt) : ask(turn, draft);
  });
  // `below`: pressed under a result, which stays as it is.
  onPress(composer, 'imagine', async (turn, id, where) => {
    const avatar = isId(id)
      ? await findAvatar(turn.unit.tx, turn.user.id, id)
      : await mainAvatar(turn.unit.tx, turn.user.id);
    if (isId(id) && avatar?.state !== 'ready') return turn.toast('button.outdated');
    const before = turn.state.name === 'image.prompt' ? turn.state : { aspect: '1:1' as const, count: 1 };
    const draft: ImageDraft = {
      name: 'image.prompt',
      avatarId: id === 'none' ? null : (avatar?.id ?? null),
      aspect: before.aspect,
      count: before.count,
    };
    return ask(turn, draft, where === 'below');
  });
  onPress(
    composer,
    'imagine.aspect',
    drafting((turn, draft, data) => {
      const aspect = shapeOf(data);
      return aspect ? ask(turn, { ...draft, aspect }) : turn.toast('button.outdated');
    }),
  );
  onPress(
    composer,
    'imagine.count',
    drafting((turn, draft, data) => {
      const count = z.coerce.number().int().min(1).max(4).safeParse(data);
      return count.success ? ask(turn, { ...draft, count: count.data }) : turn.toast('button.outdated');
    }),
  );
  onPress(
    composer,
    'imagine.pick',
    drafting(async (turn) => {
      const avatars = await listAvatars(turn.unit.tx, turn.user.id);
      turn.show(
        pickScreen(
          turn,
          avatars.filter((avatar) => avatar.state === 'ready'),
        ),
      );
    }),
  );
  composer.on(message('text'), (ctx, next) => {
    const turn = turnOf(ctx);
    const { state } = turn;
    return turn.isPrivate && state.name === 'image.prompt' && !ctx.message.text.startsWith('/')
      ? order(turn, state, ctx.message.text)
      : next();
  });

  onPress(
    composer,
    'image.again',
    ownImage(async (turn, image) => {
      if (await repeatUnderWay(turn.unit.tx, turn.user.id, image.id)) return turn.toast('image.under_way');
      const avatar = image.avatarId ? await findAvatar(turn.unit.tx, turn.user.id, image.avatarId) : null;
      const aspect = shapeOf(image.aspect.replace(':', 'x')) ?? '1:1';
      await place(turn, avatar?.state === 'ready' ? avatar.id : null, {
        prompt: image.prompt,
        aspect,
        count: 1,
        repeats: image.id,
      });
    }),
  );
  onPress(
    composer,
    'image.file',
    ownImage((turn, image) => void turn.owed.push(sendOriginal(turn.chatId, image))),
  );
  onPress(
    composer,
    'image.prompt',
    ownImage((turn, image) => {
      turn.send({ text: turn.t('image.prompt.text', { prompt: image.prompt, sent: image.promptSent }) });
    }),
  );
  onPress(
    composer,
    'image.favourite',
    ownImage(async (turn, image) => {
      const changed = await toggleFavourite(turn.unit, turn.user.id, image.id);
      if (!changed || turn.pressed?.messageId === undefined) return;
      turn.owed.push({
        method: 'editMessageReplyMarkup',
        payload: {
          chat_id: turn.chatId,
          message_id: turn.pressed.messageId,
          reply_markup: keyboard(imageButtons(turn, changed)),
        },
      });
    }),
  );
  onPress(
    composer,
    'image.delete',
    ownImage(async (turn, image) => {
      await deleteImages(turn.unit, turn.user.id, [image.id]);
      turn.toast('image.deleted');
      if (turn.pressed?.messageId !== undefined)
        turn.owed.push({
          method: 'deleteMessage',
          payload: { chat_id: turn.chatId, message_id: turn.pressed.messageId },
        });
    }),
  );

  onCommand(composer, 'gallery', (turn) => gallery(turn));
  onPress(composer, 'gallery', gallery);
  return composer;
}

const gallery: Press = async (turn, filter = 'all', at = '0') => {
  turn.state = IDLE;
  const wanted = filter === 'favourites' ? 'favourites' : 'all';
  const { image, total, page } = await galleryPage(turn.unit.tx, turn.user.id, wanted, Number(at) || 0);
  if (!image)
    return turn.show(
      noteScreen(turn, turn.t(wanted === 'all' ? 'gallery.empty' : 'gallery.empty.favourites')),
    );
  turn.owed.push(
    sendImage(
      turn.chatId,
      image,
      galleryCaption(turn, image, page + 1, total),
      galleryButtons(turn, image, wanted, page, total),
    ),
  );
  // A card takes the place of the one whose arrow was pressed: a photo cannot become another by editing its text.
  if (turn.pressed?.messageId !== undefined)
    turn.owed.push({
      method: 'deleteMessage',
      payload: { chat_id: turn.chatId, message_id: turn.pressed.messageId },
    });
};

function drafting(handle: (turn: Turn, draft: ImageDraft, ...args: string[]) => Promise<void> | void): Press {
  return (turn, ...args) =>
    turn.state.name === 'image.prompt' ? handle(turn, turn.state, ...args) : turn.toast('button.outdated');
}

function ownImage(handle: (turn: Turn, image: Image) => Promise<void> | void): Press {
  return async (turn, id) => {
    const image = isId(id) ? await findImage(turn.unit.tx, turn.user.id, id) : null;
    return image ? handle(turn, image) : turn.toast('button.outdated');
  };
}

async function ask(turn: Turn, draft: ImageDraft, below = false): Promise<void> {
  turn.state = draft;
  const avatar = draft.avatarId ? await findAvatar(turn.unit.tx, turn.user.id, draft.avatarId) : null;
  const screen = imagineScreen(turn, draft, avatar);
  if (below) turn.send(screen);
  else turn.show(screen);
}

async function order(turn: Turn, draft: ImageDraft, text: string): Promise<void> {
  const prompt = text.trim();
  if (Array.from(prompt).length > PROMPT_MAX)
    return turn.send({ text: turn.t('imagine.too_long', { max: PROMPT_MAX }) });
  turn.state = IDLE;
  await place(turn, draft.avatarId, { prompt, aspect: draft.aspect, count: draft.count });
}

async function place(
  turn: Turn,
  avatarId: string | null,
  input: { prompt: string; aspect: ImageDraft['aspect']; count: number; repeats?: string },
): Promise<void> {
  const avatar = avatarId ? await findAvatar(turn.unit.tx, turn.user.id, avatarId) : null;
  if (avatarId && avatar?.state !== 'ready') return turn.toast('button.outdated');
  const placed = await orderImages(turn.unit, { ownerId: turn.user.id, chatId: turn.chatId, avatar, input });
  if (placed.kind === 'under-way') return turn.toast('image.under_way');
  if (placed.kind === 'refused') return placed.reason satisfies never;
  turn.send(statusScreen(turn, placed.order), { bind: { to: 'order', id: placed.order.id } });
}
