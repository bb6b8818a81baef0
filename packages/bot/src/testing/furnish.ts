import { shorten } from '@aisha/service';
import { makeAvatar, makeOrder, picture } from '@aisha/core/testing';
import { avatars, documents, images, orders, recordings } from '@aisha/db';
import { eq } from 'drizzle-orm';
import type { TestBot } from './bot.ts';

export interface Furniture {
  readonly draft: string;
  readonly failed: string;
  readonly ready: string;
  readonly images: readonly string[];
  readonly recording: string;
  readonly order: string;
}

/** One of everything that a person may have, so that every screen has something on it. */
export async function furnish(
  bot: TestBot,
  userId: number,
  text = 'Анна отправит отчёт.',
): Promise<Furniture> {
  const { db, storage } = bot.parts;
  const draft = await makeAvatar(bot, userId);
  const failed = await makeAvatar(bot, userId, 'style');
  await db.update(avatars).set({ state: 'failed', failure: 'no_face' }).where(eq(avatars.id, failed.id));
  const ready = await makeAvatar(bot, userId);
  const other = await makeAvatar(bot, userId);
  const trained = {
    state: 'ready' as const,
    model: 'flux-lora-portrait',
    trigger: 'AISHA1',
    trainedAt: new Date(),
  };
  await db
    .update(avatars)
    .set({ ...trained, isMain: true })
    .where(eq(avatars.id, other.id));
  await db.update(avatars).set(trained).where(eq(avatars.id, ready.id));

  const drawn = await makeOrder(bot, userId, { prompt: text });
  await db.update(orders).set({ state: 'succeeded', endedAt: new Date() }).where(eq(orders.id, drawn.id));
  const ids: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    const objectKey = `${userId}/images/${drawn.id}/${index}.jpg`;
    await storage.put('generated', objectKey, await picture(index, 64).jpeg().toBuffer(), {
      contentType: 'image/jpeg',
    });
    const [image] = await db
      .insert(images)
      .values({
        orderId: drawn.id,
        index,
        ownerId: userId,
        avatarId: ready.id,
        prompt: text,
        promptSent: text,
        aspect: '3:4',
        width: 64,
        height: 64,
        contentType: 'image/jpeg',
        objectKey,
      })
      .returning();
    if (image) ids.push(image.id);
  }

  const recordingIds: string[] = [];
  for (let n = 0; n < 8; n += 1) {
    const [row] = await db
      .insert(recordings)
      .values({
        ownerId: userId,
        chatId: userId,
        messageId: 1,
        source: 'voice',
        fileId: 'f',
        title: shorten(text, 120),
        durationMs: 65_000,
        text,
        transcribedAt: new Date(),
      })
      .returning();
    if (!row) throw new Error('no recording');
    const transcriptKey = `${userId}/recordings/${row.id}/transcript.txt`;
    await storage.put('transcripts', transcriptKey, Buffer.from(text), { contentType: 'text/plain' });
    await db.update(recordings).set({ transcriptKey }).where(eq(recordings.id, row.id));
    recordingIds.push(row.id);
  }
  const recording = recordingIds.at(-1) ?? '';
  await db.insert(documents).values({
    recordingId: recording,
    ownerId: userId,
    kind: 'summary',
    language: 'ru',
    content: { title: shorten(text, 60), paragraphs: [text], points: [text] },
    writtenAt: new Date(),
  });
  const order = await makeOrder(bot, userId);
  return { draft: draft.id, failed: failed.id, ready: ready.id, images: ids, recording, order: order.id };
}
