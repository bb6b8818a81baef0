import type { Db, OwedCall, Place } from '@aisha/db';
import {
  EVERYTHING,
  type Image,
  imageInput,
  imagesOf,
  detailsOf,
  type Order,
  packNamed,
  seriesInput,
  stylePreview,
} from '@aisha/core';
import { button } from '../buttons.ts';
import { sendAlbum, sendFile, sendPhoto, sendVideo } from '../chat/files.ts';
import { sendScreen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import type { ShownOrder, Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';
import { imageButtons, imageCaption } from './screens.ts';

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/webp': 'webp',
  'video/mp4': 'mp4',
};

export const imageFile = (image: Image) => ({
  bucket: 'generated' as const,
  key: image.objectKey,
  filename: `aisha-${image.id.slice(0, 8)}.${EXTENSIONS[image.contentType] ?? 'jpg'}`,
});

/** What Telegram takes as a photo, in bytes and in both sides together; more is sent as a file. */
const PHOTO_BYTES = 9_900_000;
const PHOTO_SIDES = 10_000;

const isPhoto = (image: Image): boolean =>
  (detailsOf(image).bytes ?? 0) <= PHOTO_BYTES && image.width + image.height <= PHOTO_SIDES;

/** A picture or a video as it is shown in the chat; what was sent before is not uploaded again. */
export function sendImage(
  place: Place,
  image: Image,
  options: Pick<NonNullable<Parameters<typeof sendPhoto>[2]>, 'caption' | 'buttons'>,
): OwedCall {
  const known = { ...options, fileId: image.fileId, bind: { to: 'image', id: image.id } as const };
  if (image.contentType === 'video/mp4') return sendVideo(place, imageFile(image), known);
  return isPhoto(image)
    ? sendPhoto(place, imageFile(image), known)
    : sendFile(place, imageFile(image), options);
}

/** How long a link to a picture leads there, in minutes: long enough to open it elsewhere, too short to be passed on. */
const LINK_MINUTES = 15;

/** A link to the original, for another device or another app. */
export function sendImageLink(turn: Turn, image: Image): OwedCall {
  const screen = { text: turn.t('image.link.text', { count: LINK_MINUTES }) };
  const link = { ...imageFile(image), label: turn.label('image.link.open'), seconds: LINK_MINUTES * 60 };
  return { ...sendScreen(turn.place, screen), link };
}

const bannerOf = (voice: Voice) => (voice.settings.testMode ? `${voice.t('test.banner')}\n` : '');

/** Each with its own buttons. */
async function shown(db: Db, voice: Voice, order: Order): Promise<OwedCall[]> {
  return (await imagesOf(db, order.id)).map((image) =>
    sendImage(order, image, {
      caption: `${bannerOf(voice)}${imageCaption(image)}`,
      buttons: imageButtons(voice, image),
    }),
  );
}

function missing(voice: Voice, order: Order, count: number, total: number): OwedCall[] {
  return count < total ? [sendScreen(order, { text: voice.t('image.partial', { count, total }) })] : [];
}

export const shownImage: ShownOrder = {
  title: 'order.image',
  async result(db, voice, order) {
    const images = await shown(db, voice, order);
    const { count: total } = imageInput.parse(order.input);
    return [...images, ...missing(voice, order, images.length, total)];
  },
};

export const shownEdit: ShownOrder = { title: 'order.edit', result: shown };
export const shownVideo: ShownOrder = { title: 'order.video', result: shown };

/** As a file: that is what it was enlarged for. */
export const shownUpscale: ShownOrder = {
  title: 'order.upscale',
  async result(db, voice, order) {
    return (await imagesOf(db, order.id)).map((image) =>
      sendFile(order, imageFile(image), {
        caption: `${bannerOf(voice)}${voice.t('image.enlarged', { width: image.width, height: image.height })}`,
        buttons: imageButtons(voice, image),
      }),
    );
  },
};

/** One album, and below it what can be done with it: an album has no buttons. */
export const shownSeries: ShownOrder = {
  title: 'order.series',
  async result(db, voice, order) {
    const images = await imagesOf(db, order.id);
    const { pack: id, scenes } = seriesInput.parse(order.input);
    const name = packNamed(id)?.name[voice.language] ?? id;
    const [first] = images;
    if (!first) return [];
    const caption = `${bannerOf(voice)}${voice.t('series.done', { name, count: images.length })}`;
    if (images.length === 1)
      return [
        sendImage(order, first, { caption, buttons: imageButtons(voice, first) }),
        ...missing(voice, order, 1, scenes),
      ];
    return [
      sendAlbum(
        order,
        images.map((image) => ({ file: imageFile(image), fileId: image.fileId })),
        caption,
      ),
      sendScreen(order, {
        text: [
          voice.t('series.where'),
          images.length < scenes ? voice.t('image.partial', { count: images.length, total: scenes }) : '',
        ]
          .filter(Boolean)
          .join('\n'),
        buttons: [
          [button(voice.label('series.first'), 'cards', EVERYTHING, { from: first.id, go: 'here' })],
          [button(voice.label('imagine.styles'), 'styles'), menuButton(voice)],
        ],
      }),
    ];
  },
};

/** Told to the operator who had it drawn. */
export const shownStylePreview: ShownOrder = {
  title: 'order.style_preview',
  async result(db, voice, order) {
    const { pack } = order.input;
    const preview = typeof pack === 'string' ? await stylePreview(db, pack) : null;
    if (!preview) return [];
    const caption = packNamed(preview.pack)?.name[voice.language] ?? preview.pack;
    return [sendPreview(order, preview, { caption })];
  },
};

export const sendPreview = (
  place: Place,
  {
    pack,
    objectKey,
    fileId,
  }: { readonly pack: string; readonly objectKey: string; readonly fileId: string | null },
  options: Parameters<typeof sendPhoto>[2],
): OwedCall =>
  sendPhoto(
    place,
    { bucket: 'generated', key: objectKey, filename: `${pack}.jpg` },
    { ...options, fileId, bind: { to: 'style', id: pack } },
  );
