import { avatars } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { button } from '../buttons.ts';
import { sendScreen } from '../chat/screen.ts';
import type { ShownOrder } from '../chat/voice.ts';

/** Told by a notification of its own when they are measured. Nobody ordered them, so nobody misses them. */
export const shownFirstPictures: ShownOrder = {
  title: 'order.first_pictures',
  result: () => Promise.resolve([]),
  isQuiet: true,
};

export const shownTraining: ShownOrder = {
  title: 'order.training',
  async result(db, voice, order) {
    const [avatar] = await db
      .select()
      .from(avatars)
      .where(eq(avatars.id, order.subjectId ?? ''));
    if (!avatar) return [];
    const text = voice.t('avatar.ready', { name: avatar.name });
    return [
      sendScreen(order, {
        text: voice.settings.testMode ? `${text}\n\n${voice.t('test.banner')}` : text,
        buttons: [
          [button(voice.label('avatar.imagine'), 'imagine', avatar.id, 'below')],
          [button(voice.label('menu.avatars'), 'avatars')],
        ],
      }),
    ];
  },
  afterFailure: (voice, { subjectId }) =>
    subjectId ? [[button(voice.label('retry.training'), 'avatar.photos', subjectId)]] : [],
};
