import { Readable } from 'node:stream';
import { askExport, makeDataExport, type PartSizes, transact } from '@aisha/core';
import { statementsOf, survives } from '@aisha/core/testing';
import { BUCKETS, dataExportParts, dataExports, erasures, notifications } from '@aisha/db';
import type { ChatMessage } from '@aisha/sandbox';
import { eq, sql } from 'drizzle-orm';
import JSZip from 'jszip';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { furnish } from '../testing/furnish.ts';
import { tellAll } from '../testing/jobs.ts';

/** So that a few objects are several parts. */
const SMALL: PartSizes = { file: 300_000, link: 3_000_000 };

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
  await expect(makeDataExport(failing, id, bot.run(), SMALL)).rejects.toThrow('dead');
  const made = async () => (await storage.head('transcripts', `${me}/exports/${id}/part-1.zip`))?.modifiedAt;
  const first = await made();
  await makeDataExport(bot.parts, id, bot.run(), SMALL);
  expect(await made()).toEqual(first);
  await makeDataExport(bot.parts, id, bot.run(), SMALL);

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

test('a death before a statement of any step is gone on from: the same parts, told once', async () => {
  const { db, storage } = bot.parts;
  const asked = async () => {
    await bot.forgetPace();
    const me = await stranger(bot);
    await bot.say(me, '/menu');
    for (const n of [1, 2])
      await storage.put('generated', `${me}/images/x/${n}.jpg`, Buffer.alloc(200_000, n), {
        contentType: 'image/jpeg',
      });
    await bot.say(me, '/export');
    const [wanted] = await db.select().from(dataExports).where(eq(dataExports.userId, me));
    return { me, id: wanted?.id ?? '' };
  };
  const first = await asked();
  const said = await statementsOf(() => makeDataExport(bot.parts, first.id, bot.run(), SMALL));
  // The rows are read by many statements of one kind: in the midst of them one stands for all.
  const rows = said.findIndex((one) => one.startsWith('fetch'));
  const moments = said.flatMap((one, n) =>
    n === rows + 30 || !/^(fetch|declare|close)/.test(one) ? [n + 1] : [],
  );
  expect(moments.length).toBeGreaterThan(10);
  for (const moment of moments) {
    const { me, id } = await asked();
    expect(await survives(moment, () => makeDataExport(bot.parts, id, bot.run(), SMALL))).toBe(false);
    await makeDataExport(bot.parts, id, bot.run(), SMALL);
    await makeDataExport(bot.parts, id, bot.run(), SMALL);
    const zips = await partsOf(id);
    expect(zips.map((zip) => Object.keys(zip.files).filter((name) => name.startsWith('files/')))).toEqual([
      [],
      ['files/images/x/1.jpg'],
      ['files/images/x/2.jpg'],
    ]);
    await tellAll(bot);
    const files = (await bot.messages(me)).filter(({ message }) => message.document !== undefined);
    expect(files, `death before ${said[moment - 1]}`).toHaveLength(3);
  }
}, 60_000);

test('ten thousand pictures are read one after the other, and only as fast as they are written', async () => {
  const me = await stranger(bot);
  await bot.say(me, '/menu');
  const { storage } = bot.parts;
  const chunk = Buffer.alloc(8 * 1024, 1);
  let read = 0;
  let written = 0;
  let ahead = 0;
  let open = 0;
  let mostOpen = 0;
  async function* picture() {
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    for (let n = 0; n < 3; n += 1) {
      read += chunk.length;
      ahead = Math.max(ahead, read - written);
      yield chunk;
    }
    open -= 1;
  }
  const endless: typeof storage = {
    ...storage,
    list: async function* (bucket) {
      if (bucket === 'generated')
        for (let n = 0; n < 10_000; n += 1)
          yield { key: `${me}/images/x/${n}.jpg`, size: 3 * chunk.length, modifiedAt: null };
    },
    getStream: () => Promise.resolve(Readable.from(picture())),
    put: async (_bucket, _key, body) => {
      if (!(body instanceof Readable)) throw new Error('it is not streamed');
      for await (const some of body) written += z.instanceof(Buffer).parse(some).length;
    },
    head: () => Promise.resolve(null),
  };
  const { id } = await transact(bot.parts, (unit) => askExport(unit, { userId: me, chatId: null }));
  await makeDataExport({ ...bot.parts, storage: endless }, id, bot.run());
  expect(read).toBe(10_000 * 3 * chunk.length);
  expect(written).toBeGreaterThan(read);
  // What a worker holds in all is measured: docs/BENCHMARKS.md. Here others' memory would be counted.
  expect(mostOpen).toBe(1);
  expect(ahead).toBeLessThan(4 * 1024 * 1024);
});

describe('more than Telegram takes', () => {
  let outside: TestBot;
  beforeAll(async () => {
    outside = await startTestBot({ publicBuckets: true });
  });
  afterAll(() => outside.close());

  const linksIn = (message: ChatMessage | undefined) =>
    message?.markup && 'inline_keyboard' in message.markup
      ? message.markup.inline_keyboard.flat().flatMap((one) => ('url' in one && one.url ? [one.url] : []))
      : [];
  const made = async (me: number) => {
    const [wanted] = await outside.parts.db.select().from(dataExports).where(eq(dataExports.userId, me));
    await makeDataExport(outside.parts, wanted?.id ?? '', outside.run(), SMALL);
    await tellAll(outside);
    return wanted?.id ?? '';
  };
  const somebody = async () => {
    const me = await stranger(outside);
    await outside.say(me, '/menu');
    await furnish(outside, me, 'мои слова');
    await outside.parts.storage.put(
      'avatars',
      `${me}/avatars/x/model.safetensors`,
      Buffer.alloc(700_000, 'ab'),
      {
        contentType: 'application/octet-stream',
      },
    );
    return me;
  };

  test('is given as links where the bucket has a public address: whole, for some hours, and in no log', async () => {
    const me = await somebody();
    await outside.say(me, '/export');
    const id = await made(me);
    const told = (await outside.messages(me)).at(-1);
    expect(told?.text).toContain('ссылки');
    const links = linksIn(told);
    expect(links).toHaveLength(2);
    const [data, files] = await Promise.all(
      links.map(async (url) => JSZip.loadAsync(await (await fetch(url)).arrayBuffer())),
    );
    expect(await data?.file('data/users.json')?.async('string')).toContain(String(me));
    // In one piece.
    expect((await files?.file('files/avatars/x/model.safetensors')?.async('nodebuffer'))?.length).toBe(
      700_000,
    );
    expect(new URL(links[0] ?? '').searchParams.get('X-Amz-Expires')).toBe(String(6 * 3_600));
    // No link is kept, nor written anywhere.
    const rows = await outside.parts.db.select().from(notifications).where(eq(notifications.userId, me));
    expect(JSON.stringify([rows, outside.log, outside.enqueued])).not.toContain('X-Amz');

    // Another link, for whoever comes late; somebody else has none.
    await outside.forgetPace();
    expect((await outside.press(me, `export.link:${id}`)).toast).toContain('пришлю');
    await tellAll(outside);
    expect(linksIn((await outside.messages(me)).at(-1))).toHaveLength(2);
    await outside.parts.db.delete(dataExports).where(eq(dataExports.id, id));
    expect((await outside.press(me, `export.link:${id}`)).toast).toContain('/export');
  });

  test('whoever leaves with it has the time of the links, and may go at once all the same', async () => {
    const me = await somebody();
    await outside.say(me, '/delete_me');
    await outside.press(me, 'leave:export');
    await outside.press(me, 'leave.sure:now:export');
    await made(me);
    const told = (await outside.messages(me)).at(-1);
    expect(linksIn(told)).toHaveLength(2);
    expect(dataOf(told ?? fail())).toContain('leave.stay');
    const due = async () => {
      const [row] = await outside.parts.db.select().from(erasures).where(eq(erasures.userId, me));
      return { hours: ((row?.dueAt.getTime() ?? 0) - Date.now()) / 3_600_000, waitsFor: row?.exportId };
    };
    expect((await due()).hours).toBeGreaterThan(5.9);
    await outside.press(me, 'leave.sure:now');
    expect((await due()).hours).toBeLessThan(0.1);
    expect((await due()).waitsFor).toBeNull();
  });
});

function fail(): never {
  throw new Error('there is no message');
}
