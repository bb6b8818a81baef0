import { avatars, images, orders } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { makeAvatar, makeOrder, startTestParts, type TestParts } from '../testing.ts';
import { transact } from '../unit.ts';
import { EVERYTHING, galleryAvatars, galleryCard, galleryMonths, monthOf } from './gallery.ts';
import { deleteImages, toggleFavourite } from './images.ts';

const MANY = 100_000;

let bench: TestParts;
let me: number;
let stranger: number;
let avatarId: string;

/** So many pictures, a minute apart, backwards from the last day of 2026; every tenth a favourite, every hundredth of the avatar. */
async function hang(ownerId: number, count: number, avatar: string | null): Promise<void> {
  const order = await makeOrder(bench, ownerId);
  await bench.parts.db.transaction(async (tx) => {
    // Every row's owner and order would be looked up.
    await tx.execute(sql`set local session_replication_role = 'replica'`);
    await tx.execute(sql`set local statement_timeout = '50s'`);
    await tx.execute(sql`
    insert into images (order_id, index, owner_id, avatar_id, prompt, prompt_sent, aspect, width, height, content_type, object_key, favourite, created_at)
    select ${order.id}, n, ${ownerId}, case when n % 100 = 0 then ${avatar}::uuid end, 'p' || n, 'p', '1:1', 1, 1, 'image/jpeg',
      ${ownerId} || '/images/x/' || n, n % 10 = 0, timestamptz '2026-12-31 12:00:00.123456Z' - n * interval '1 minute'
    from generate_series(0, ${count - 1}::int) n`);
  });
}

beforeAll(async () => {
  bench = await startTestParts();
  me = await bench.person();
  stranger = await bench.person();
  avatarId = (await makeAvatar(bench, me)).id;
  await hang(me, MANY, avatarId);
  await hang(stranger, 50, null);
  await bench.parts.db.execute(sql`analyze images`);
}, 60_000);
afterAll(() => bench.close());

const card = (filter: Partial<typeof EVERYTHING> = {}, place: Parameters<typeof galleryCard>[3] = null) =>
  galleryCard(bench.parts.db, me, { ...EVERYTHING, ...filter }, place);
const promptOf = async (...args: Parameters<typeof card>) => (await card(...args))?.image.prompt;
async function idOf(prompt: string): Promise<string> {
  const [row] = await bench.parts.db
    .select({ id: images.id })
    .from(images)
    .where(sql`${images.prompt} = ${prompt} and ${images.ownerId} = ${me}`);
  return row?.id ?? '';
}

test('cards follow one another, both ways, within what is filtered', async () => {
  const newest = await card();
  expect(newest).toMatchObject({ hasNewer: false, hasOlder: true, total: null, number: null });
  const from = await idOf('p70000');
  expect(await promptOf({}, { from, go: 'older' })).toBe('p70001');
  expect(await promptOf({}, { from, go: 'newer' })).toBe('p69999');
  expect(await promptOf({}, { from, go: 'here' })).toBe('p70000');
  expect(await promptOf({ favourites: true }, { from, go: 'older' })).toBe('p70010');
  expect(await promptOf({ avatarId }, { from, go: 'newer' })).toBe('p69900');
  const november = 2026 * 12 + 10;
  expect(await card({ month: november, avatarId })).toMatchObject({ total: 432, number: 1, hasNewer: false });
  // Somebody else's card is no place of mine: the newest is shown.
  const [theirs] = await bench.parts.db.select().from(images).where(eq(images.ownerId, stranger));
  expect(await promptOf({}, { from: theirs?.id ?? '', go: 'older' })).toBe('p0');
  expect(await promptOf({ avatarId: theirs?.id ?? '' })).toBeUndefined();
});

test('of a few each has its number, and a deleted one is passed over', async () => {
  const own = await bench.person();
  await hang(own, 3, null);
  const at = (place: Parameters<typeof galleryCard>[3]) =>
    galleryCard(bench.parts.db, own, EVERYTHING, place);
  const [first, second] = [await at(null), await at({ from: (await at(null))?.image.id ?? '', go: 'older' })];
  expect(first).toMatchObject({ number: 1, total: 3, hasOlder: true });
  expect(second).toMatchObject({ number: 2, total: 3, hasNewer: true });
  const id = second?.image.id ?? '';
  await transact(bench.parts, (unit) => deleteImages(unit, own, [id]));
  expect(await at({ from: id, go: 'older' })).toMatchObject({ number: 2, total: 2, hasOlder: false });
  // The first of them is a favourite already.
  const favourites = { ...EVERYTHING, favourites: true };
  expect(await galleryCard(bench.parts.db, own, favourites, null)).toMatchObject({ number: 1, total: 1 });
  await transact(bench.parts, (unit) => toggleFavourite(unit, own, first?.image.id ?? ''));
  expect(await galleryCard(bench.parts.db, own, favourites, null)).toBeNull();
});

test('months and avatars that there are pictures of are offered', async () => {
  const months = await galleryMonths(bench.parts.db, me, EVERYTHING, 12);
  expect(months).toEqual([11, 10, 9].map((month) => 2026 * 12 + month));
  expect(months[0]).toBe(monthOf(new Date('2026-12-31T12:00:00Z')));
  const [avatar] = await bench.parts.db.select().from(avatars).where(eq(avatars.id, avatarId));
  expect(await galleryAvatars(bench.parts.db, me)).toEqual([{ id: avatarId, name: avatar?.name }]);
  expect(await galleryAvatars(bench.parts.db, stranger)).toEqual([]);
});

const filters = [{}, { favourites: true }, { avatar: true }, { month: 2026 * 12 + 10 }] as const;

test.each(filters)('a card among 100,000 takes a few rows of an index: %j', async (filter) => {
  const narrowed = {
    ...EVERYTHING,
    ...('favourites' in filter && { favourites: true }),
    ...('avatar' in filter && { avatarId }),
    ...('month' in filter && { month: filter.month }),
  };
  const from = await idOf('p60000');
  const times: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const begun = performance.now();
    await galleryCard(bench.parts.db, me, narrowed, { from, go: 'older' });
    times.push(performance.now() - begun);
  }
  const p95 = times.toSorted((a, b) => a - b)[18] ?? Infinity;
  // Six statements over a local socket; in the database alone it is less.
  expect(p95).toBeLessThan(200);
});

test('and no sort, and no look at every row', async () => {
  const plan = z.array(z.looseObject({ 'QUERY PLAN': z.string() })).parse(
    (
      await bench.parts.db.execute(sql`
        explain (analyze, costs off) select * from images
        where owner_id = ${me} and deleted_at is null
          and (created_at, index, id) < (timestamptz '2026-11-20', 5::int, ${avatarId}::uuid)
        order by created_at desc, index desc, id desc limit 1`)
    ).rows,
  );
  const text = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(text).toContain('Index Scan Backward using images_cards');
  expect(text).not.toContain('Sort');
  const took = Number(/Execution Time: ([\d.]+) ms/.exec(text)?.[1]);
  expect(took).toBeLessThan(50);
  expect(await bench.parts.db.$count(orders, eq(orders.ownerId, me))).toBe(1);
});
