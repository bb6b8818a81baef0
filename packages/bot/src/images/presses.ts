import {
  ASPECT_NAMES,
  COUNT_MAX,
  deleteImages,
  findAvatar,
  type GalleryFilter,
  galleryPage,
  type Image,
  type ImageInput,
  listAvatars,
  mainAvatar,
  orderImages,
  PROMPT_MAX,
  repeatUnderWay,
  settingsIn,
  toggleFavourite,
} from '@aisha/core';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { sendFile } from '../chat/files.ts';
import { during } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import { noteScreen } from '../menu/screens.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { imagePrompt, type ImageDraft } from './dialogue.ts';
import { imageFile, sendImage } from './results.ts';
import { galleryButtons, galleryCaption, imageButtons, imagineScreen, pickScreen } from './screens.ts';

export const imageAnswers = {
  imagine: async (turn, chosen, where) => {
    const avatar = chosen === 'main' ? await mainAvatar(turn.unit.tx, turn.user.id) : chosen;
    if (avatar !== null && avatar !== 'none' && avatar.state !== 'ready')
      return turn.toast('button.outdated');
    const { aspect, count } = imagePrompt.of(turn.state) ?? usualImage(turn);
    const avatarId = avatar === null || avatar === 'none' ? null : avatar.id;
    return askForPrompt(turn, imagePrompt.at({ avatarId, aspect, count }), where === 'below');
  },
  'imagine.aspect': during(imagePrompt, (turn, draft, aspect) => askForPrompt(turn, { ...draft, aspect })),
  'imagine.count': during(imagePrompt, (turn, draft, count) => askForPrompt(turn, { ...draft, count })),
  'imagine.pick': during(imagePrompt, async (turn) => {
    const avatars = await listAvatars(turn.unit.tx, turn.user.id);
    turn.show(
      pickScreen(
        turn,
        avatars.filter((avatar) => avatar.state === 'ready'),
      ),
    );
  }),

  'image.again': (turn, image, shown) => repeat(turn, image, 1, shown),
  'image.variations': (turn, image, shown) => repeat(turn, image, COUNT_MAX, shown),
  'image.file': (turn, image) => void turn.owed.push(sendFile(turn, imageFile(image))),
  'image.prompt': (turn, image) =>
    turn.send({ text: turn.t('image.prompt.text', { prompt: image.prompt, sent: image.promptSent }) }),
  'image.favourite': async (turn, image) => {
    const changed = await toggleFavourite(turn.unit, turn.user.id, image.id);
    if (changed) turn.showButtons(imageButtons(turn, changed));
  },
  'image.delete': async (turn, image) => {
    await deleteImages(turn.unit, turn.user.id, [image.id]);
    turn.toast('image.deleted');
    turn.remove();
  },
  gallery: showGallery,
} satisfies Partial<Answers>;

/** What a new picture begins with, as its person chose. */
export function usualImage({ user }: Turn) {
  const { imageAspect: aspect, imageCount: count } = settingsIn(user);
  return { aspect, count };
}

export async function showGallery(turn: Turn, filter: GalleryFilter, at: number): Promise<void> {
  turn.state = IDLE;
  const { image, total, page } = await galleryPage(turn.unit.tx, turn.user.id, filter, at);
  if (!image)
    return turn.show(
      noteScreen(turn, turn.t(filter === 'all' ? 'gallery.empty' : 'gallery.empty.favourites')),
    );
  const caption = galleryCaption(turn, image, page + 1, total);
  const buttons = galleryButtons(turn, image, filter, page, total);
  turn.owed.push(sendImage(turn, image, { caption, buttons }));
  // A card takes the place of the one whose arrow was pressed: a photo cannot become another by editing its text.
  turn.remove();
}

export async function askForPrompt(turn: Turn, draft: ImageDraft, below = false): Promise<void> {
  turn.state = { ...draft, price: turn.price('image', { count: draft.count }) };
  const avatar = draft.avatarId ? await findAvatar(turn.unit.tx, turn.user.id, draft.avatarId) : null;
  const screen = imagineScreen(turn, draft, avatar);
  if (below) turn.send(screen);
  else turn.show(screen);
}

export async function orderDraft(turn: Turn, text: string, draft: ImageDraft): Promise<void> {
  const prompt = text.trim();
  if (Array.from(prompt).length > PROMPT_MAX)
    return turn.send({ text: turn.t('imagine.too_long', { max: PROMPT_MAX }) });
  turn.state = IDLE;
  await place(turn, draft.avatarId, { prompt, aspect: draft.aspect, count: draft.count }, draft.price);
}

/** So many more images of the same description. */
async function repeat(turn: Turn, image: Image, count: number, shown: number | undefined): Promise<void> {
  const other = await repeatUnderWay(turn.unit.tx, turn.user.id, image.id);
  if (other && other.state !== 'quoted') return turn.toast('image.under_way');
  if (other) return turn.send(statusScreen(turn, other), { bind: { to: 'order', id: other.id } });
  const avatar = image.avatarId ? await findAvatar(turn.unit.tx, turn.user.id, image.avatarId) : null;
  const aspect = ASPECT_NAMES.find((one) => one === image.aspect) ?? '1:1';
  const input = { prompt: image.prompt, aspect, count, repeats: image.id };
  await place(turn, avatar?.state === 'ready' ? avatar.id : null, input, shown);
}

async function place(
  turn: Turn,
  avatarId: string | null,
  input: Omit<ImageInput, 'seed'>,
  shown: number | undefined,
): Promise<void> {
  const avatar = avatarId ? await findAvatar(turn.unit.tx, turn.user.id, avatarId) : null;
  if (avatarId && avatar?.state !== 'ready') return turn.toast('button.outdated');
  const placed = await orderImages(turn.unit, { ...turn.place, ownerId: turn.user.id, avatar, input, shown });
  if (placed.kind === 'under-way') return turn.toast('image.under_way');
  if (placed.kind === 'refused') return turn.send(refusalScreen(turn, placed));
  turn.send(statusScreen(turn, placed.order), { bind: { to: 'order', id: placed.order.id } });
}
