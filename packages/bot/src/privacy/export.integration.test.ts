import { Readable } from 'node:stream';
import { askExport, makeDataExport, transact } from '@aisha/core';
import { BUCKETS, dataExportParts, dataExports, notifications } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import JSZip from 'jszip';
import { z } from 'zod';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { furnish } from '../testing/furnish.ts';
import { tellAll } from '../testing/jobs.ts';

let bot: TestBot;
beforeAll(async () => {
  bot = await startTestBot();
});
afterAll(() => bot.close());

async function partsOf(id: string) {
  const rows = await bot.parts.db
    .select()
    .from(dataExportParts)
    .where(eq(dataExportParts.exportId, id))
    .orderBy(dataExportParts.number);
  return Promise.all(
    rows.map(async ({ objectKey }) => {
      const bytes = await bot.parts.storage.get('transcripts', objectKey ?? '');
      if (!bytes) throw new Error('a part is not there');
      return JSZip.loadAsync(bytes);
    }),
  );
}

test('what comes out of /export is what is there: every row, every object; nothing of others', async () => {
  const { db, storage } = bot.parts;
  const other = await stranger(bot);
  await bot.say(other, '/menu');
  await furnish(bot, other, 'чужиеслова');
  const me = await stranger(bot, 'ru', 'Анна "<b>');
  await bot.say(me, '/menu');
  await furnish(bot, me, 'мои\nслова "в кавычках" 🎙');
  // Bigger than a part: it comes in pieces.
  const big = Buffer.alloc(700_000, 'ab');
  await storage.put('avatars', `${me}/avatars/x/model.safetensors`, big, {
    contentType: 'application/octet-stream',
  });
  await bot.forgetPace();
  const [begun] = await bot.say(me, '/export');
  expect(begun?.text).toContain('Собираю');
  expect((await bot.say(me, '/export'))[0]?.text).toContain('уже собирается');
  const [wanted] = await db.select().from(dataExports).where(eq(dataExports.userId, me));
  const id = wanted?.id ?? '';

  // The process dies with the second part.
  const failing = {
    ...bot.parts,
    storage: {
      ...storage,
      put: (...args: Parameters<typeof storage.put>) =>
        args[1].endsWith('part-2.zip') ? Promise.reject(new Error('dead')) : storage.put(...args),
    },
  };
  await expect(makeDataExport(failing, id, bot.run(), 300_000)).rejects.toThrow('dead');
  const made = async () => (await storage.head('transcripts', `${me}/exports/${id}/part-1.zip`))?.modifiedAt;
  const first = await made();
  await makeDataExport(bot.parts, id, bot.run(), 300_000);
  expect(await made()).toEqual(first);
  await makeDataExport(bot.parts, id, bot.run(), 300_000);

  const zips = await partsOf(id);
  expect(zips.length).toBeGreaterThan(2);
  const read = async (name: string) => {
    const found = zips.flatMap((zip) => zip.file(name) ?? []);
    expect(found, name).toHaveLength(1);
    return (await found[0]?.async('nodebuffer')) ?? Buffer.alloc(0);
  };
  const described = z
    .object({ properties: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse((await read('schema.json')).toString()));
  for (const [table, where] of [
    ['recordings', sql`owner_id = ${me}`],
    ['images', sql`owner_id = ${me}`],
    ['documents', sql`owner_id = ${me}`],
    ['orders', sql`owner_id = ${me}`],
    ['users', sql`id = ${me}`],
    ['avatars', sql`owner_id = ${me}`],
  ] as const) {
    const { rows } = await db.execute(
      sql`select to_jsonb(t) as row from ${sql.identifier(table)} t where ${where}`,
    );
    const there = z
      .array(z.object({ row: z.unknown() }))
      .parse(rows)
      .map(({ row }) => row);
    const exported: unknown = JSON.parse((await read(`data/${table}.json`)).toString());
    expect(exported, table).toEqual(expect.arrayContaining(there));
    expect(z.array(z.unknown()).parse(exported), table).toHaveLength(there.length);
    expect(Object.keys(described.properties)).toContain(`data/${table}.json`);
  }
  for (const bucket of BUCKETS)
    for await (const { key } of storage.list(bucket, `${me}/`)) {
      if (key.includes('/exports/') || key.endsWith('.safetensors')) continue;
      expect(await read(`files/${key.slice(key.indexOf('/') + 1)}`)).toEqual(await storage.get(bucket, key));
    }
  const pieces = await Promise.all(
    ['001', '002', '003'].map((n) => read(`files/avatars/x/model.safetensors.${n}`)),
  );
  expect(Buffer.concat(pieces).equals(big)).toBe(true);
  const everything = await Promise.all(
    zips.flatMap((zip) => Object.values(zip.files).map((file) => file.async('string'))),
  );
  expect(everything.some((text) => text.includes('чужиеслова'))).toBe(false);

  // Told once, and the files come.
  await tellAll(bot);
  const files = (await bot.messages(me)).filter(({ message }) => message.document !== undefined);
  expect(files).toHaveLength(zips.length);
  expect(await db.$count(notifications, eq(notifications.key, `data-export:${id}`))).toBe(1);
});

test('ten thousand pictures are written as they are read: what is held of them is bounded', async () => {
  const me = await stranger(bot);
  await bot.say(me, '/menu');
  const { storage } = bot.parts;
  // Made as they are read, and thrown away as they are written.
  const picture = Buffer.alloc(20 * 1024, 1);
  let written = 0;
  const endless: typeof storage = {
    ...storage,
    list: async function* (bucket) {
      if (bucket === 'generated')
        for (let n = 0; n < 10_000; n += 1)
          yield { key: `${me}/images/x/${n}.jpg`, size: picture.length, modifiedAt: null };
    },
    getStream: () => Promise.resolve(Readable.from([picture])),
    put: async (_bucket, _key, body) => {
      if (!(body instanceof Readable)) throw new Error('it is not streamed');
      for await (const chunk of body) written += z.instanceof(Buffer).parse(chunk).length;
    },
    head: () => Promise.resolve(null),
  };
  const { id } = await transact(bot.parts, (unit) => askExport(unit, { userId: me, chatId: null }));
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 50);
  await makeDataExport({ ...bot.parts, storage: endless }, id, bot.run());
  clearInterval(watch);
  expect(written).toBeGreaterThan(10_000 * picture.length);
  expect((most - before) / 1024 / 1024).toBeLessThan(300);
});
