import type { Place } from '@aisha/db';
import { type Image, imageInput, imagesOf } from '@aisha/core';
import { sendPhoto } from '../chat/files.ts';
import { sendScreen } from '../chat/screen.ts';
import type { ShownOrder } from '../chat/voice.ts';
import { imageButtons, imageCaption } from './screens.ts';

export const imageFile = (image: Image) => ({
  bucket: 'generated' as const,
  key: image.objectKey,
  filename: `aisha-${image.id.slice(0, 8)}.${image.contentType.split('/')[1] === 'png' ? 'png' : 'jpg'}`,
});

export const sendImage = (place: Place, image: Image, options: Parameters<typeof sendPhoto>[2]) =>
  sendPhoto(place, imageFile(image), options);

/** The images, each with its own buttons. */
export const shownImage: ShownOrder = {
  title: 'order.image',
  async result(db, voice, order) {
    const images = await imagesOf(db, order.id);
    const banner = voice.settings.testMode ? `${voice.t('test.banner')}\n` : '';
    const { count: total } = imageInput.parse(order.input);
    const partial = { text: voice.t('image.partial', { count: images.length, total }) };
    return [
      ...images.map((image) =>
        sendImage(order, image, {
          caption: `${banner}${imageCaption(image)}`,
          buttons: imageButtons(voice, image),
        }),
      ),
      ...(images.length < total ? [sendScreen(order, partial)] : []),
    ];
  },
};
