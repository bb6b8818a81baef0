import { buffer } from 'node:stream/consumers';
import { avatarPhotos, avatars } from '@aisha/db';
import { and, eq } from 'drizzle-orm';
import sharp from 'sharp';
import { ZipFile } from 'yazl';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { coreHandlers } from '../handlers.ts';
import { sweep } from '../sweeper.ts';
import { makeAvatar, picture, pictures, startTestParts, type TestParts } from '../testing.ts';
import { transact } from '../unit.ts';
import {
  addPhoto,
  type Avatar,
  avatarName,
  clearPhotos,
  createAvatar,
  deleteAvatar,
  findAvatar,
  orderTraining,
  photoCounts,
  rejections,
  renameAvatar,
  showCounter,
} from './avatars.ts';
import { checkPhoto, counterShown } from './photos.ts';
import { tidyAvatar } from './tidy.ts';

let bench: TestParts;
let me: number;
let avatar: Avatar;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
  avatar = await makeAvatar(bench, me);
  bench.enqueued.length = 0;
});

let files = 0;
const add = (fileId = `file-${(files += 1)}`, fileSize: number | null = null) =>
  transact(bench.parts, (unit) => addPhoto(unit, avatar, { fileId, fileUniqueId: fileId, fileSize }));

/** Sends pictures to the bot as files and adds them to the draft; their rows, in the order of sending. */
async function send(...all: readonly Buffer[]) {
  for (const bytes of all) {
    const { message } = await bench.telegram.control.sendMedia({
      userId: me,
      kind: 'document',
      file: { bytes, name: 'photo.jpg', mime: 'image/jpeg' },
    });
    expect(await add(message.document?.file_id, bytes.length)).toBe('added');
  }
  return bench.parts.db
    .select()
    .from(avatarPhotos)
    .where(eq(avatarPhotos.avatarId, avatar.id))
    .orderBy(avatarPhotos.createdAt);
}

const check = (id: string) => checkPhoto(bench.parts, id, bench.run());
const counts = () => photoCounts(bench.parts.db, avatar.id);
const kept = () => bench.objects('avatars', `${me}/avatars/${avatar.id}/`);

describe('a name', () => {
  test.each([
    ['  Анна   Мария ', 'Анна Мария'],
    ['A', null],
    ['Я', null],
    ['👩‍🚀', '👩‍🚀'],
    ['a\nb', 'a b'],
    ['х'.repeat(50), 'х'.repeat(50)],
    ['х'.repeat(51), null],
    ['😀'.repeat(50), '😀'.repeat(50)],
    ['   ', null],
    ['\u200f\u200e\u200f', null],
    ['A\u200b\u0301', null],
    ['\u3164\u2800\u115f', null],
    ['А\0нна', 'Анна'],
    ['И\u0306ога', 'Йога'],
    ['سارة', 'سارة'],
    [`a${'\u0301'.repeat(600)}b`, null],
  ])('%j becomes %j', (text, name) => expect(avatarName(text)).toBe(name));

  test('is free for others, and for its owner once the avatar is deleted', async () => {
    const draft = { chatId: 1, kind: 'style' as const, subject: null };
    const make = (ownerId: number, name: string) =>
      transact(bench.parts, (unit) => createAvatar(unit, { ...draft, ownerId, name }));
    const first = await make(me, 'Ёлка');
    expect(await make(me, 'ёЛКА')).toBeNull();
    expect(await make(await bench.person(), 'Ёлка')).not.toBeNull();
    if (!first) throw new Error('no avatar');
    await transact(bench.parts, (unit) => deleteAvatar(unit, first));
    expect(await make(me, 'ёлка')).not.toBeNull();
  });

  test('that another avatar has is not taken by renaming; the own one in other letters is', async () => {
    const other = await makeAvatar(bench, me);
    const rename = (name: string) => transact(bench.parts, (unit) => renameAvatar(unit, avatar, name));
    expect(await rename(other.name.toUpperCase())).toBe(false);
    expect(await rename(avatar.name.toUpperCase())).toBe(true);
  });

  test('given twice at once is given once', async () => {
    const made = await Promise.all(
      Array.from({ length: 4 }, () =>
        transact(bench.parts, (unit) =>
          createAvatar(unit, { ownerId: me, chatId: me, kind: 'style', name: 'Twice', subject: null }),
        ),
      ),
    );
    expect(made.filter((one) => one !== null)).toHaveLength(1);
  });
});

test("somebody else's avatar is not found", async () => {
  expect(await findAvatar(bench.parts.db, await bench.person(), avatar.id)).toBeNull();
  expect(await findAvatar(bench.parts.db, me, avatar.id)).not.toBeNull();
});

describe('photos', () => {
  test('25 that come at once are 20 to be checked and 5 too many', async () => {
    const outcomes = await Promise.all(Array.from({ length: 25 }, () => add()));
    expect(outcomes).toEqual(Array.from({ length: 25 }, () => 'added'));
    expect(await counts()).toEqual({ received: 20, accepted: 0, rejected: 5 });
    expect(await rejections(bench.parts.db, avatar.id)).toEqual([{ reason: 'too_many', n: 5 }]);
    expect(bench.enqueued.filter(({ name }) => name === 'photo.check')).toHaveLength(20);
  });

  test('the same file at once, and again, is one photo', async () => {
    const outcomes = await Promise.all([add('same'), add('same'), add('same')]);
    expect(outcomes.toSorted()).toEqual(['added', 'duplicate', 'duplicate']);
    expect(await add('same')).toBe('duplicate');
    expect(await counts()).toEqual({ received: 1, accepted: 0, rejected: 0 });
  });

  test('one turned down as too many is welcome once there is room', async () => {
    await Promise.all(Array.from({ length: 20 }, () => add()));
    await add('late');
    expect(await counts()).toMatchObject({ received: 20, rejected: 1 });
    expect(await add('late')).toBe('full');
    const [one] = await bench.parts.db
      .update(avatarPhotos)
      .set({ state: 'rejected', reason: 'too_small' })
      .where(eq(avatarPhotos.fileUniqueId, `file-${files}`))
      .returning();
    expect(one).toBeDefined();
    expect(await add('late')).toBe('added');
    expect(await counts()).toMatchObject({ received: 20, rejected: 1 });
  });

  test.each(['too_small', 'unreadable', 'unsupported_format', 'too_costly', 'gone'] as const)(
    'turned down as %s are judged again when they are sent again',
    async (reason) => {
      await add('again');
      const where = eq(avatarPhotos.fileUniqueId, 'again');
      await bench.parts.db.update(avatarPhotos).set({ state: 'rejected', reason }).where(where);
      bench.enqueued.length = 0;
      expect(await add('again')).toBe('added');
      expect(await counts()).toEqual({ received: 1, accepted: 0, rejected: 0 });
      expect(bench.enqueued.filter(({ name }) => name === 'photo.check')).toHaveLength(1);
      await bench.parts.db.update(avatarPhotos).set({ state: 'accepted' }).where(where);
      expect(await add('again')).toBe('duplicate');
    },
  );

  test('for a training under way or a trained avatar are not taken', async () => {
    for (const state of ['training', 'ready', 'deleted'] as const)
      expect(
        await transact(bench.parts, (unit) =>
          addPhoto(unit, { id: avatar.id, state }, { fileId: 'x', fileUniqueId: 'x', fileSize: null }),
        ),
      ).toBe('closed');
  });

  test('are downloaded, judged and kept, with their reasons where they are not', async () => {
    const [good, other] = await pictures(2);
    if (!good || !other) throw new Error('no pictures');
    const rows = await send(
      good,
      other,
      await sharp(good).jpeg({ quality: 50 }).toBuffer(),
      await picture(3, 300).jpeg().toBuffer(),
      Buffer.from('no picture'),
    );
    for (const { id } of rows) await check(id);
    expect(await counts()).toEqual({ received: 0, accepted: 2, rejected: 3 });
    const reasons = await rejections(bench.parts.db, avatar.id);
    expect(reasons.map(({ reason }) => reason).toSorted()).toEqual([
      'same_as_another',
      'too_small',
      'unsupported_format',
    ]);
    expect(await kept()).toHaveLength(2);
  });

  test('the same picture twice, judged at once, is accepted once', async () => {
    const one = await picture(9).jpeg().toBuffer();
    const rows = await send(one, await sharp(one).jpeg({ quality: 70 }).toBuffer());
    await Promise.all(rows.map(({ id }) => check(id)));
    expect(await counts()).toEqual({ received: 0, accepted: 1, rejected: 1 });
    expect(await kept()).toHaveLength(1);
  });

  test('judged by two workers at once are kept', async () => {
    const [row] = await send(await picture(11).jpeg().toBuffer());
    await Promise.all([check(row?.id ?? ''), check(row?.id ?? ''), check(row?.id ?? '')]);
    expect(await counts()).toEqual({ received: 0, accepted: 1, rejected: 0 });
    expect(await kept()).toHaveLength(1);
  });

  test('larger than Telegram gives, or gone there, are turned down; trouble is tried again and given up', async () => {
    await add('big', 21 * 1024 * 1024);
    await add('never-was', 1_000);
    const [big, gone] = await bench.parts.db
      .select()
      .from(avatarPhotos)
      .where(eq(avatarPhotos.avatarId, avatar.id))
      .orderBy(avatarPhotos.createdAt);
    await check(big?.id ?? '');
    await check(gone?.id ?? '');
    expect((await rejections(bench.parts.db, avatar.id)).map(({ reason }) => reason).toSorted()).toEqual([
      'gone',
      'too_big',
    ]);

    const rows = await send(await picture(12).jpeg().toBuffer());
    const photoId = rows.at(-1)?.id ?? '';
    await bench.telegram.control.addFault({ method: 'getFile', action: { kind: 'server_error' } });
    await expect(check(photoId)).rejects.toMatchObject({ name: 'TransientError' });
    await bench.telegram.control.clearFaults({});
    await coreHandlers(bench.parts)['photo.check'].giveUp({ photoId });
    expect(await counts()).toEqual({ received: 0, accepted: 0, rejected: 3 });
  });

  test('that are taken away leave nothing in the bucket, nor does one that was being checked', async () => {
    const rows = await send(await picture(14).jpeg().toBuffer(), await picture(15).jpeg().toBuffer());
    await check(rows[0]?.id ?? '');
    expect(await kept()).toHaveLength(1);
    const { storage } = bench.parts;
    const put: typeof storage.put = async (...object) => {
      await storage.put(...object);
      await transact(bench.parts, (unit) => clearPhotos(unit, avatar.id));
      await tidyAvatar(bench.parts, avatar.id);
    };
    await checkPhoto({ ...bench.parts, storage: { ...storage, put } }, rows[1]?.id ?? '', bench.run());
    expect(await counts()).toEqual({ received: 0, accepted: 0, rejected: 0 });
    expect(await kept()).toEqual([]);
    expect(bench.enqueued).toContainEqual({ name: 'avatar.tidy', payload: { avatarId: avatar.id } });
  });

  test('of a draft are left alone while it is tidied', async () => {
    const rows = await send(await picture(16).jpeg().toBuffer());
    await check(rows[0]?.id ?? '');
    await coreHandlers(bench.parts)['avatar.tidy'].handle({ avatarId: avatar.id });
    expect(await kept()).toHaveLength(1);
  });
});

describe('a training', () => {
  const train = () =>
    transact(bench.parts, (unit) => orderTraining(unit, avatar, 'fast', { chatId: me, messageId: 1 }));

  test('waits for ten good photos, all of them checked', async () => {
    expect(await train()).toEqual({ kind: 'refused', reason: 'too_few' });
    await add();
    expect(await train()).toEqual({ kind: 'refused', reason: 'checking' });
  });

  test('pressed many times at once is ordered once', async () => {
    await bench.parts.db.insert(avatarPhotos).values(
      Array.from({ length: 10 }, (_, n) => ({
        avatarId: avatar.id,
        fileId: `${n}`,
        fileUniqueId: `${n}`,
        state: 'accepted' as const,
      })),
    );
    const outcomes = await Promise.all(Array.from({ length: 5 }, train));
    expect(outcomes.filter(({ kind }) => kind === 'placed')).toHaveLength(1);
    expect(outcomes.filter((one) => one.kind === 'refused' && one.reason === 'closed')).toHaveLength(4);
  });
});

test('the counter that was shown is no longer due; one that changed meanwhile is', async () => {
  const due = async () => {
    const [row] = await bench.parts.db.select().from(avatars).where(eq(avatars.id, avatar.id));
    return row?.screenDueAt ?? null;
  };
  const show = () => transact(bench.parts, (unit) => showCounter(unit, avatar.id));
  for (let round = 0; round < 3; round += 1) {
    await show();
    await counterShown(bench.parts, avatar.id, await due());
    expect(await due()).toBeNull();
  }
  await show();
  const before = await due();
  await show();
  await counterShown(bench.parts, avatar.id, new Date((before?.getTime() ?? 0) - 5));
  expect(await due()).not.toBeNull();
  bench.enqueued.length = 0;
  await sweep(bench.parts, { updates: false });
  // Those of other tests may have become due by now.
  expect(bench.enqueued).not.toContainEqual({ name: 'avatar.screen', payload: { avatarId: avatar.id } });
});

describe('a zip', () => {
  /** Sends a zip of these files; what is to be checked afterwards. */
  async function sendZip(contents: Readonly<Record<string, Buffer>>) {
    const zip = new ZipFile();
    for (const [name, bytes] of Object.entries(contents)) zip.addBuffer(bytes, name);
    zip.end();
    return sendArchive(await buffer(zip.outputStream));
  }
  async function sendArchive(bytes: Buffer) {
    const { message } = await bench.telegram.control.sendMedia({
      userId: me,
      kind: 'document',
      file: { bytes, name: 'photos.zip', mime: 'application/zip' },
    });
    const id = message.document?.file_id ?? '';
    await transact(bench.parts, (unit) =>
      addPhoto(unit, avatar, { fileId: id, fileUniqueId: id, fileSize: bytes.length, isArchive: true }),
    );
    for (let rows = await received(); rows.length > 0; rows = await received())
      for (const row of rows) await check(row.id);
  }
  const received = () =>
    bench.parts.db
      .select()
      .from(avatarPhotos)
      .where(and(eq(avatarPhotos.avatarId, avatar.id), eq(avatarPhotos.state, 'received')));

  test('is taken apart: each picture has its own verdict, and nothing else is left', async () => {
    const [one, two] = await Promise.all([picture(1).jpeg().toBuffer(), picture(2).png().toBuffer()]);
    const small = await picture(3, 200).jpeg().toBuffer();
    const entries = { 'a/1.jpg': one, '2': two, 'small.jpg': small, 'note.txt': Buffer.from('not a photo') };
    await sendZip(entries);
    expect(await counts()).toEqual({ received: 0, accepted: 2, rejected: 1 });
    expect(await rejections(bench.parts.db, avatar.id)).toEqual([{ reason: 'too_small', n: 1 }]);
    expect(await kept()).toHaveLength(2);
  });

  test('of more pictures than an avatar takes fills it up, and its own row takes no place', async () => {
    const bytes = await picture(1).jpeg().toBuffer();
    const entries = Array.from({ length: 22 }, (_, n) => [
      `${n}.jpg`,
      Buffer.concat([bytes, Buffer.from([n])]),
    ]);
    await sendZip(Object.fromEntries(entries));
    expect(await rejections(bench.parts.db, avatar.id)).toEqual(
      expect.arrayContaining([
        { reason: 'too_many', n: 2 },
        { reason: 'same_as_another', n: 19 },
      ]),
    );
    expect(await kept()).toHaveLength(1);
  });

  test.each([
    ['without pictures', 'archive_empty', () => sendZip({ 'a.txt': Buffer.from('a') })],
    ['that is none', 'archive_unreadable', () => sendArchive(Buffer.from('PK and no more'))],
  ])('%s is turned down: %s', async (_what, reason, sending) => {
    await sending();
    expect(await rejections(bench.parts.db, avatar.id)).toEqual([{ reason, n: 1 }]);
    expect(await kept()).toEqual([]);
  });
});
