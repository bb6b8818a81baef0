import {
  ASPECT_NAMES,
  type Avatar,
  COUNT_MAX,
  deleteImages,
  detailsOf,
  EVERYTHING,
  findDrawable,
  findImage,
  galleryAvatars,
  galleryCard,
  type GalleryFilter,
  galleryMonths,
  type GalleryPlace,
  type Image,
  imageInput,
  type ImageInput,
  listAvatars,
  mainAvatar,
  orderEdit,
  orderImages,
  orderOfImage,
  orderUpscale,
  orderVideo,
  type Placed,
  PROMPT_MAX,
  QUICK_EDIT_NAMES,
  type QuickEdit,
  repeatUnderWay,
  sharedWith,
  settingsIn,
  toggleFavourite,
  refusedWords,
} from '@aisha/core';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { sendFile } from '../chat/files.ts';
import { during } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import { noteScreen } from '../menu/screens.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { type EditDraft, imageEdit, imagePrompt, type ImageDraft } from './dialogue.ts';
import { tooLong } from './too-long.ts';
import { imageFile, sendImage, sendImageLink } from './results.ts';
import {
  editScreen,
  filterScreen,
  galleryButtons,
  galleryCaption,
  imageButtons,
  imagineScreen,
  pickScreen,
  qualityOf,
  secondScreen,
  type Sitters,
} from './screens.ts';
import { styleAnswers } from './styles.ts';

/** Months that the filter offers. */
const MONTHS_SHOWN = 12;

export const imageAnswers = {
  ...styleAnswers,
  imagine: async (turn, chosen, where) => {
    const avatar = chosen === 'main' ? await mainAvatar(turn.unit.tx, turn.user.id) : chosen;
    if (avatar !== null && avatar !== 'none' && avatar.state !== 'ready')
      return turn.toast('button.outdated');
    const { aspect, count, quality, enrich } = { ...usualImage(turn), ...imagePrompt.of(turn.state) };
    const avatarId = avatar === null || avatar === 'none' ? null : avatar.id;
    return askForPrompt(
      turn,
      imagePrompt.at({ avatarId, aspect, count, quality, enrich }),
      where === 'below',
    );
  },
  'imagine.aspect': during(imagePrompt, (turn, draft, aspect) => askForPrompt(turn, { ...draft, aspect })),
  'imagine.count': during(imagePrompt, (turn, draft, count) => askForPrompt(turn, { ...draft, count })),
  'imagine.quality': during(imagePrompt, (turn, draft, quality) => askForPrompt(turn, { ...draft, quality })),
  'imagine.enrich': during(imagePrompt, (turn, draft, on) =>
    askForPrompt(turn, { ...draft, enrich: on === 'on' }),
  ),
  'imagine.pick': during(imagePrompt, async (turn) => {
    const avatars = await drawables(turn);
    turn.show(
      pickScreen(
        turn,
        avatars.filter((avatar) => avatar.state === 'ready'),
      ),
    );
  }),
  'imagine.second': during(imagePrompt, async (turn, { avatarId }) => {
    const avatars = await drawables(turn);
    turn.show(
      secondScreen(
        turn,
        avatars.filter(({ id, state, kind }) => state === 'ready' && kind === 'portrait' && id !== avatarId),
      ),
    );
  }),
  'imagine.with': during(imagePrompt, (turn, draft, other) => {
    const otherId = other === 'none' || other.id === draft.avatarId ? undefined : other.id;
    return askForPrompt(turn, { ...draft, otherId });
  }),

  'image.again': (turn, image, shown) => repeat(turn, image, 1, shown),
  'image.variations': (turn, image, shown) => repeat(turn, image, COUNT_MAX, shown),
  'image.file': (turn, image) => void turn.owed.push(sendFile(turn, imageFile(image))),
  'image.link': (turn, image) => void turn.owed.push(sendImageLink(turn, image)),
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
  'image.edit': (turn, image) => {
    turn.state = imageEdit.at({ imageId: image.id, price: turn.price('edit') });
    turn.send(editScreen(turn, image.id));
  },
  'image.edit.quick': async (turn, image, quick, shown) => {
    turn.state = IDLE;
    await tell(turn, await edit(turn, image, { prompt: turn.label(`image.edit.${quick}`), quick }, shown));
  },
  'image.upscale': async (turn, image, shown) =>
    tell(turn, await orderUpscale(turn.unit, { ...turn.place, ownerId: turn.user.id, image, shown })),
  'image.video': async (turn, image, shown) =>
    tell(turn, await orderVideo(turn.unit, { ...turn.place, ownerId: turn.user.id, image, shown })),
  gallery: (turn, shelf) => showGallery(turn, { ...EVERYTHING, favourites: shelf === 'favourites' }, null),
  cards: (turn, filter, place) => showGallery(turn, filter, place === 'newest' ? null : place),
  'cards.filter': async (turn, filter) => {
    const { tx } = turn.unit;
    const avatars = await galleryAvatars(tx, turn.user.id);
    const months = await galleryMonths(tx, turn.user.id, filter, MONTHS_SHOWN);
    turn.send(filterScreen(turn, filter, { avatars, months }));
    turn.remove();
  },
} satisfies Partial<Answers>;

/** What a new picture begins with, as its person chose. */
export function usualImage({ user }: Turn): Pick<ImageDraft, 'aspect' | 'count' | 'quality' | 'enrich'> {
  const { imageAspect: aspect, imageCount: count } = settingsIn(user);
  return { aspect, count };
}

export async function showGallery(
  turn: Turn,
  filter: GalleryFilter,
  place: GalleryPlace | null,
): Promise<void> {
  turn.state = IDLE;
  const card = await galleryCard(turn.unit.tx, turn.user.id, filter, place);
  if (!card) {
    const { favourites, avatarId, month } = filter;
    const narrowed = avatarId !== null || month !== null;
    const key = narrowed ? 'gallery.empty.filter' : favourites ? 'gallery.empty.favourites' : 'gallery.empty';
    return turn.show(noteScreen(turn, turn.t(key)));
  }
  const caption = galleryCaption(turn, card);
  turn.owed.push(sendImage(turn, card.image, { caption, buttons: galleryButtons(turn, card, filter) }));
  // A card takes the place of the one whose arrow was pressed: a photo cannot become another by editing its text.
  turn.remove();
}

async function sittersOf(turn: Turn, draft: Pick<ImageDraft, 'avatarId' | 'otherId'>): Promise<Sitters> {
  const find = async (id: string | null | undefined) =>
    id ? findDrawable(turn.unit.tx, turn.user.id, id) : null;
  return { avatar: await find(draft.avatarId), other: await find(draft.otherId) };
}

export async function askForPrompt(turn: Turn, draft: ImageDraft, below = false): Promise<void> {
  const sitters = await sittersOf(turn, draft);
  const quality = qualityOf(draft, sitters);
  turn.state = { ...draft, price: turn.price('image', { count: draft.count, quality }) };
  const screen = imagineScreen(turn, draft, sitters);
  if (below) turn.send(screen);
  else turn.show(screen);
}

/** Orders what somebody described, in words or by a picture that it is to be like. */
export async function orderDraft(
  turn: Turn,
  text: string,
  draft: ImageDraft,
  { sent, reference }: { readonly sent: Date; readonly reference?: ImageInput['reference'] },
): Promise<void> {
  const prompt = text.trim();
  const long = tooLong(prompt, draft.tooLongAt, sent);
  if (long) {
    turn.state = imagePrompt.at({ ...draft, tooLongAt: long.at });
    if (long.isNew) turn.send({ text: turn.t('imagine.too_long', { max: PROMPT_MAX }) });
    return;
  }
  const refused = refusedWords(prompt);
  if (refused) return turn.send({ text: turn.t(`failure.${refused}`) });
  turn.state = IDLE;
  const sitters = await sittersOf(turn, draft);
  const { avatar, other } = sitters;
  if ((draft.avatarId && avatar?.state !== 'ready') || (draft.otherId && other?.state !== 'ready'))
    return turn.toast('button.outdated');
  const input = {
    prompt,
    aspect: draft.aspect,
    count: draft.count,
    quality: qualityOf(draft, sitters),
    ...(other && { others: [other.id] }),
    ...(draft.enrich && { enrich: true }),
    ...(reference && { reference }),
  };
  const order = { ...turn.place, ownerId: turn.user.id, avatar, input, shown: draft.price };
  await tell(turn, await orderImages(turn.unit, order));
}

/** So many more images made as this one was. */
async function repeat(turn: Turn, image: Image, count: number, shown: number | undefined): Promise<void> {
  const { tx } = turn.unit;
  const before = await orderOfImage(tx, image);
  if (detailsOf(image).made === 'edit') {
    const source = before?.subjectId ? await findImage(tx, turn.user.id, before.subjectId) : null;
    const quick = QUICK_EDIT_NAMES.find((name) => name === before?.input['quick']);
    if (!source) return turn.toast('image.source_gone');
    const wanted = { prompt: image.prompt, ...(quick && { quick }) };
    return tell(turn, await edit(turn, source, wanted, shown));
  }
  const other = await repeatUnderWay(tx, turn.user.id, image.id);
  if (other && other.state !== 'quoted') return turn.toast('image.under_way');
  if (other) return turn.send(statusScreen(turn, other), { bind: { to: 'order', id: other.id } });
  const avatar = image.avatarId ? await findDrawable(tx, turn.user.id, image.avatarId) : null;
  const aspect = ASPECT_NAMES.find((one) => one === image.aspect) ?? '1:1';
  const asked = before?.kind === 'image' ? imageInput.safeParse(before.input).data : undefined;
  const input = {
    prompt: image.prompt,
    aspect,
    count,
    repeats: image.id,
    ...(asked?.others && { others: asked.others }),
    ...(asked?.enrich && { enrich: true }),
    ...(asked?.reference && { reference: asked.reference }),
  };
  const order = { ...turn.place, ownerId: turn.user.id, input, shown };
  await tell(
    turn,
    await orderImages(turn.unit, { ...order, avatar: avatar?.state === 'ready' ? avatar : null }),
  );
}

/** Words that change a picture. */
export async function orderChange(turn: Turn, text: string, draft: EditDraft, sent: Date): Promise<void> {
  const { imageId, price } = draft;
  const prompt = text.trim();
  const long = tooLong(prompt, draft.tooLongAt, sent);
  if (long) {
    turn.state = imageEdit.at({ ...draft, tooLongAt: long.at });
    if (long.isNew) turn.send({ text: turn.t('imagine.too_long', { max: PROMPT_MAX }) });
    return;
  }
  const refused = refusedWords(prompt);
  if (refused) return turn.send({ text: turn.t(`failure.${refused}`) });
  turn.state = IDLE;
  const image = await findImage(turn.unit.tx, turn.user.id, imageId);
  if (!image) return turn.toast('image.source_gone');
  await tell(turn, await edit(turn, image, { prompt }, price));
}

const edit = (
  turn: Turn,
  image: Image,
  wanted: { readonly prompt: string; readonly quick?: QuickEdit },
  shown: number | undefined,
): Promise<Placed> => orderEdit(turn.unit, { ...turn.place, ownerId: turn.user.id, image, shown }, wanted);

/** The status of what was ordered, or why it was not. */
export async function tell(turn: Turn, placed: Placed): Promise<void> {
  if (placed.kind === 'under-way' && placed.order.state !== 'quoted') return turn.toast('image.under_way');
  if (placed.kind === 'refused') return turn.send(refusalScreen(turn, placed));
  turn.send(statusScreen(turn, placed.order), { bind: { to: 'order', id: placed.order.id } });
}

/** Somebody's own avatars, and those that others share with them. */
const drawables = async ({ unit: { tx }, user }: Turn): Promise<Avatar[]> => [
  ...(await listAvatars(tx, user.id)),
  ...(await sharedWith(tx, user.id)),
];
