import { avatarPhotos, avatars, falJobs, orders, recordings } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { eq } from 'drizzle-orm';
import { type Avatar, createAvatar, orderTraining } from '../avatars/avatars.ts';
import { settleFalJob } from '../fal/settle.ts';
import { type ImageInput, orderImages } from '../images/images.ts';
import { startFalOrder } from '../fal/start.ts';
import type { Placed } from '../orders/orders.ts';
import { orderTranscription, type Recording } from '../recordings/recordings.ts';
import { type Order, transact, type Unit } from '../unit.ts';
import { eventually } from './eventually.ts';
import type { TestParts } from './parts.ts';
import { pictures } from './pictures.ts';

let names = 0;

/** The order that this places. */
async function placed({ parts }: TestParts, order: (unit: Unit) => Promise<Placed<string>>): Promise<Order> {
  const made = await transact(parts, order);
  if (made.kind !== 'placed') throw new Error(`no order: ${JSON.stringify(made)}`);
  return made.order;
}

/** A draft with a name of its own. */
export async function makeAvatar(
  { parts }: TestParts,
  ownerId: number,
  kind: Avatar['kind'] = 'portrait',
): Promise<Avatar> {
  names += 1;
  const name = `Аватар ${names}`;
  const subject = kind === 'portrait' ? 'woman' : null;
  const avatar = await transact(parts, (unit) =>
    createAvatar(unit, { ownerId, chatId: ownerId, kind, name, subject }),
  );
  if (!avatar) throw new Error('the name is taken');
  return avatar;
}

/** A draft whose photos are accepted and kept. */
export async function trainable(
  bench: TestParts,
  ownerId: number,
  kind: Avatar['kind'] = 'portrait',
): Promise<Avatar> {
  const avatar = await makeAvatar(bench, ownerId, kind);
  const photos = await pictures(10);
  await Promise.all(
    photos.map(async (bytes, n) => {
      const key = objectKey(ownerId, 'avatars', avatar.id, `photos/${n}.jpg`);
      await bench.parts.storage.put('avatars', key, bytes, { contentType: 'image/jpeg' });
      await bench.parts.db.insert(avatarPhotos).values({
        avatarId: avatar.id,
        fileId: `photo-${n}`,
        fileUniqueId: `unique-${n}`,
        state: 'accepted',
        objectKey: key,
        width: 900,
        height: 900,
      });
    }),
  );
  return avatar;
}

/** An avatar that was really trained at the stand-in, its model copied and its photos still there. */
export async function makeTrained(bench: TestParts, ownerId: number): Promise<Avatar> {
  const draft = await trainable(bench, ownerId);
  const order = await placed(bench, (unit) =>
    orderTraining(unit, draft, 'fast', { chatId: ownerId, messageId: undefined }),
  );
  await startFalOrder(bench.parts, order.id, bench.run());
  return eventually(async () => {
    const [job] = await bench.parts.db.select().from(falJobs).where(eq(falJobs.orderId, order.id));
    if (job) await settleFalJob(bench.parts, { falJobId: job.id }, bench.run());
    const [avatar] = await bench.parts.db.select().from(avatars).where(eq(avatars.id, draft.id));
    if (avatar?.state !== 'ready') throw new Error(`the avatar is ${avatar?.state ?? 'gone'}`);
    return avatar;
  });
}

/** An order of pictures; without an avatar unless one is given. */
export async function makeOrder(
  bench: TestParts,
  ownerId: number,
  input: Partial<Omit<ImageInput, 'seed'>> & { avatar?: Avatar } = {},
): Promise<Order> {
  const { avatar = null, ...given } = input;
  return placed(bench, (unit) =>
    orderImages(unit, {
      ownerId,
      chatId: ownerId,
      avatar,
      input: { prompt: 'a lighthouse at dawn', aspect: '1:1', count: 1, ...given },
    }),
  );
}

/** A recording that the person sent to the bot as this file, and the order of its transcription. */
export async function makeRecording(
  { parts, telegram }: TestParts,
  ownerId: number,
  file: { bytes: Uint8Array; name: string; mime: string },
  source: 'audio' | 'document' | 'text' = 'audio',
): Promise<{ recording: Recording; order: Order }> {
  const sent = await telegram.control.sendMedia({
    userId: ownerId,
    kind: source === 'audio' ? 'audio' : 'document',
    file,
  });
  const media = sent.message.audio ?? sent.message.document;
  if (!media) throw new Error('the message carries no file');
  const ordered = await transact(parts, (unit) =>
    orderTranscription(
      unit,
      { ownerId, chatId: ownerId, messageId: sent.id, title: file.name, language: null },
      {
        source,
        fileId: media.file_id,
        fileName: file.name,
        mimeType: file.mime,
        fileSize: file.bytes.length,
        durationS: null,
      },
    ),
  );
  if ('refused' in ordered) throw new Error(`not ordered: ${ordered.refused.reason}`);
  return ordered;
}

export async function orderNow({ parts }: Pick<TestParts, 'parts'>, id: string): Promise<Order> {
  const [order] = await parts.db.select().from(orders).where(eq(orders.id, id));
  if (!order) throw new Error('no such order');
  return order;
}

export async function recordingNow({ parts }: Pick<TestParts, 'parts'>, id: string): Promise<Recording> {
  const [recording] = await parts.db.select().from(recordings).where(eq(recordings.id, id));
  if (!recording) throw new Error('no such recording');
  return recording;
}
