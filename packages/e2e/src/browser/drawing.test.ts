import type { ChatMessage } from '@aisha/sandbox';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataOf, type Match, Person, type Photo } from '../person.ts';
import { makePhotos } from '../photos.ts';
import { type Product, startProduct } from '../product.ts';
import { eventually } from '../waiting.ts';
import { PersonOnPage, startBrowser } from './person-on-page.ts';

/** Every screen of avatars and drawing, as people of each language meet it: what they press is found by its data. */
const LANGUAGES = [
  {
    code: 'ru',
    count: 4,
    name: 'Анна',
    prompt: 'на берегу моря на закате',
    more: 'сделай вечер',
    two: 'вдвоём в горах',
  },
  {
    code: 'kk',
    count: 2,
    name: 'Айгүл',
    prompt: 'таң атқанда теңіз жағасында',
    more: 'кешкі уақыт қыл',
    two: 'тауда екеуі',
  },
  {
    code: 'en',
    count: 2,
    name: 'Kate',
    prompt: 'by the sea at sunset',
    more: 'make it evening',
    two: 'both in the mountains',
  },
] as const;

/** Three people have a dozen pictures drawn and trainings run at once, and a machine may do other things. */
const PATIENCE_MS = 120_000;

let product: Product;
let browser: Browser;
let photos: readonly Photo[];
const troubles: string[] = [];

beforeAll(async () => {
  [product, browser, photos] = await Promise.all([
    startProduct({ name: 'drawing', settings: { CREDITS: 'on', CREDITS_WELCOME: '5000' } }),
    startBrowser(),
    makePhotos(10),
  ]);
  await product.fal.configure({ timing: { trainingSeconds: 1, imageSeconds: 0.2, queueSeconds: 0 } });
});
afterAll(async () => {
  await browser.close();
  await product.stop();
});

/** Somebody who presses what their newest screens offer, beside the page that shows it. */
class Visitor extends Person {
  readonly #page: Page;
  readonly #code: string;
  #shots = 0;
  /** The chat's count of changes when something was done last. */
  #since = 0;

  constructor(id: number, page: Page, code: string) {
    super(product.telegram, id);
    this.#page = page;
    this.#code = code;
  }

  /** Presses a button of that name on a screen that is new or changed, or on the newest there is. */
  async tap(name: RegExp, where: 'new' | 'any' = 'new'): Promise<void> {
    const message = await (where === 'new' ? this.offered(name) : this.see(offers(name), `a button ${name}`));
    const data = dataIn(message).find((one) => name.test(one)) ?? '';
    await this.#note();
    await product.telegram.press({ userId: this.id, messageId: message.id, data });
  }

  async tell(text: string): Promise<void> {
    await this.#note();
    await this.write(text);
  }

  async show(photo: Photo): Promise<void> {
    await this.#note();
    await this.media('photo', { ...photo, mime: 'image/jpeg' });
  }

  /** What came or changed since something was done last. */
  fresh = (match: Match, what: string): Promise<ChatMessage> =>
    this.see((one) => one.seq > this.#since && match(one), what, PATIENCE_MS);

  offered = (name: RegExp): Promise<ChatMessage> => this.fresh(offers(name), `a screen with ${name}`);

  /** So many new files of that kind. */
  files = (kind: string, count = 1): Promise<ChatMessage[]> =>
    eventually(
      `${count} of ${kind}`,
      async () => {
        const found = await this.messages(({ file, seq }) => file?.kind === kind && seq > this.#since);
        return found.length >= count && found;
      },
      PATIENCE_MS,
    );

  async #note(): Promise<void> {
    this.#since = (await product.telegram.transcript({ chatId: this.id })).seq;
  }

  /** Keeps the page as it is seen, for people to look at. */
  async shot(what: string): Promise<void> {
    this.#shots += 1;
    const number = String(this.#shots).padStart(2, '0');
    await new PersonOnPage(this.#page, '').shot(`drawing-${this.#code}-${number}-${what}`);
  }
}

const offers =
  (name: RegExp): Match =>
  (message) =>
    dataIn(message).some((data) => name.test(data));

const dataIn = ({ markup }: ChatMessage): string[] =>
  markup && 'inline_keyboard' in markup
    ? markup.inline_keyboard.flat().flatMap(({ callback_data: data }) => data ?? [])
    : [];

async function arrive({ code, name }: (typeof LANGUAGES)[number]): Promise<Visitor> {
  const { id } = await product.telegram.createUser({
    firstName: name,
    languageCode: code,
    username: `${code}_${'x'.repeat(4)}`,
  });
  const page = await browser.newPage({ viewport: { width: 760, height: 1_400 }, locale: code });
  page.on('pageerror', (error) => troubles.push(error.message));
  await page.goto(`${product.stack.telegram?.url ?? ''}?user=${id}`);
  return new Visitor(id, page, code);
}

/** An avatar that is drawn from one photo at once. */
async function instantAvatar(visitor: Visitor, name: string, photo: Photo): Promise<void> {
  await visitor.tell('/new_avatar');
  await visitor.tap(/^avatar\.instant$/);
  await visitor.offered(/^cancel/);
  await visitor.tell(name);
  await visitor.tap(/^avatar\.subject:woman/);
  await visitor.tap(/^avatar\.consent/);
  await visitor.fresh(({ text }) => text.includes(name), 'the request for photos');
  await visitor.album([photo]);
  await visitor.tap(/^avatar\.finish:/);
  await visitor.fresh(
    (one) => dataIn(one).some((data) => data.startsWith('imagine:')) && one.text.includes(name),
    'ready',
  );
}

describe.each(LANGUAGES)('in $code', (language) => {
  const { code, name, prompt, more, two, count } = language;
  let visitor: Visitor;
  let id: number;

  test('instant avatars, two of them in one picture, and all that can be done with a picture', async () => {
    const [one, other] = [photos[0], photos[1]];
    if (!one || !other) throw new Error('no photos');
    visitor = await arrive(language);
    ({ id } = visitor);
    await visitor.tell('/start');
    await visitor.offered(/^avatars$/);
    await instantAvatar(visitor, name, one);
    await visitor.shot('instant-ready');
    await instantAvatar(visitor, `${name} 2`, other);

    // Two people in one picture, several of it, made richer.
    await visitor.tap(/^imagine:/);
    await visitor.tap(/^imagine\.second$/);
    await visitor.offered(/^imagine\.with:none/);
    await visitor.shot('second');
    await visitor.tap(/^imagine\.with:[0-9a-f]/);
    await visitor.tap(new RegExp(`^imagine\\.count:${count}`));
    await visitor.tap(/^imagine\.enrich:on/);
    await visitor.tap(/^imagine\.aspect:3x4/);
    await eventually('the choices are marked', async () => {
      const [screen] = (
        await visitor.messages((message) => dataIn(message).includes('imagine.enrich:off'))
      ).slice(-1);
      return screen && JSON.stringify(screen.markup).includes('• 3:4 •');
    });
    await visitor.shot('imagine-two');
    await visitor.tell(two);
    const drawn = await visitor.files('photo', count);
    expect(drawn.map(({ text }) => text)).toEqual(Array.from({ length: count }, () => two));
    const { width, height } = await sharp(await visitor.download(fileOf(drawn[0]))).metadata();
    expect(width / height).toBe(3 / 4);
    await visitor.shot('pictures');

    // What can be done with a picture.
    await visitor.tap(/^image\.edit:/);
    await visitor.offered(/^image\.edit\.quick:/);
    await visitor.shot('edit');
    await visitor.tell(more);
    expect((await visitor.files('photo'))[0]?.text).toBe(more);
    await visitor.tap(/^image\.edit:/);
    await visitor.tap(/^image\.edit\.quick:[^:]+:painting/);
    await visitor.files('photo');
    await visitor.tap(/^image\.upscale:/);
    await visitor.files('document');
    await visitor.shot('upscaled');
    await visitor.tap(/^image\.video:/);
    await visitor.files('video');
    await visitor.tap(/^image\.again:/, 'any');
    await visitor.files('photo');
    await visitor.tap(/^image\.variations:/, 'any');
    await visitor.files('photo', 4);
    await visitor.tap(/^image\.file:/);
    await visitor.files('document');
    await visitor.tap(/^image\.prompt:/, 'any');
    await visitor.fresh(({ text }) => text.includes(two), 'the description');
    await visitor.shot('description');
    await visitor.tap(/^image\.favourite:/, 'any');
    await eventually('a favourite', async () => {
      const rows = await product.sql('select 1 from images where owner_id = $1 and favourite', [id]);
      return rows.length === 1;
    });

    // A picture like another one, without anybody.
    await visitor.tell('/imagine');
    await visitor.tap(/^imagine\.pick$/);
    await visitor.offered(/^imagine:none/);
    await visitor.shot('pick');
    await visitor.tap(/^imagine:none/);
    await visitor.offered(/^imagine\.quality:/);
    await visitor.show(other);
    await visitor.files('photo');
  });

  test('a style as an album, and the gallery', async () => {
    // A style: its whole series by one press, as an album.
    await visitor.tell('/imagine');
    await visitor.tap(/^styles/);
    await visitor.offered(/^style:/);
    await visitor.shot('styles');
    await visitor.tap(/^style:/);
    await visitor.offered(/^style\.draw:/);
    await visitor.shot('style');
    await visitor.tap(/^style\.draw:[^:]+:[^:]+:[2-9]/);
    const [album] = await Promise.all([visitor.files('photo', 4), visitor.offered(/^cards:.*h[\w-]{22}$/)]);
    expect(new Set(album.map(({ message }) => message.media_group_id)).size).toBe(1);
    await visitor.shot('series');

    // The gallery: cards, favourites, filters, a link that ends.
    await visitor.tell('/gallery');
    await visitor.tap(/^cards:.*o[\w-]{22}$/);
    await visitor.offered(/^cards:.*n[\w-]{22}$/);
    await visitor.shot('gallery');
    await visitor.tap(/^cards\.filter/);
    await visitor.offered(/^cards:f/);
    await visitor.shot('filter');
    await visitor.tap(/^cards:f$/);
    await visitor.offered(/^image\.link:/);
    await visitor.shot('favourites');
    await visitor.tap(/^image\.link:/);
    const link = await visitor.fresh(
      ({ markup }) => JSON.stringify(markup ?? '').includes('X-Amz-'),
      'a link',
    );
    const url = /"url":"([^"]+)"/.exec(JSON.stringify(link.markup))?.[1] ?? '';
    expect((await fetch(url)).status).toBe(200);
    await visitor.shot('link');
    const before = await countOf(id);
    await visitor.tap(/^image\.delete:/, 'any');
    await eventually('one picture less', async () => (await countOf(id)) === before - 1);
  });

  test('an avatar is shared, renamed, trained, trained once more for nothing, and paid back', async () => {
    // Avatars: the card, the main one, another name, somebody who may draw with it, and no longer.
    const friend = await Person.join(product.telegram, `${name} 3`, code);
    await friend.write('/start');
    await friend.see((message) => dataIn(message).includes('avatars'), 'the menu');
    await visitor.tell('/avatars');
    await visitor.offered(/^avatar:/);
    await visitor.shot('avatars');
    await visitor.tap(/^avatar:/);
    await visitor.offered(/^avatar\.share:/);
    await visitor.shot('card');
    await visitor.tap(/^avatar\.share:/);
    await visitor.tell(String(friend.id));
    const invited = await friend.see(
      (message) => dataIn(message).some((data) => data.startsWith('imagine:')) && message.text.includes(name),
      'the invitation',
    );
    await product.telegram.press({ userId: friend.id, messageId: invited.id, data: dataOf(invited, /./) });
    await friend.see(
      (message) => dataIn(message).some((data) => data.startsWith('imagine.aspect')),
      'the question for words',
    );
    await friend.write(prompt);
    await friend.see((message) => message.file?.kind === 'photo', 'a picture of the shared avatar');
    await visitor.tell('/avatars');
    await visitor.tap(/^avatar:/);
    await visitor.tap(/^avatar\.unshare:/);
    await visitor.offered(/^avatar\.share:/);
    await product.telegram.press({ userId: friend.id, messageId: invited.id, data: dataOf(invited, /./) });
    await visitor.tap(/^avatar\.rename:/);
    await visitor.tell(`${name} 🌸`);
    await visitor.fresh(({ text }) => text.includes('🌸'), 'the new name');

    // One that is trained, came out unlike, and is trained once more for nothing; then the money.
    await visitor.tell('/new_avatar');
    await visitor.tap(/^avatar\.kind:portrait/);
    await visitor.offered(/^cancel/);
    await visitor.tell(`${name} 4`);
    await visitor.tap(/^avatar\.subject:woman/);
    await visitor.offered(/^avatar\.consent/);
    await visitor.shot('consent');
    await visitor.tap(/^avatar\.consent/);
    await visitor.fresh(({ text }) => text.includes(`${name} 4`), 'the request for photos');
    // As where first pictures are measured: its photos stay until that is done.
    await product.sql(
      `update avatars set likeness_due_at = now() + interval '1 day' where owner_id = $1 and name = $2`,
      [id, `${name} 4`],
    );
    await visitor.album(photos);
    await visitor.offered(/^training:/);
    await visitor.shot('counter');
    await visitor.tap(/^photos\.look:/);
    await visitor.files('photo');
    await visitor.shot('photo');
    await visitor.tap(/^avatar\.photos:/);
    await visitor.tap(/^training:/);
    await visitor.offered(/^training\.start:/);
    await visitor.shot('presets');
    const rich = await balanceOf(id);
    await visitor.tap(/^training\.start:.*:fast/);
    await visitor.offered(/^imagine:[^:]+:below/);
    await visitor.shot('trained');
    expect(await balanceOf(id)).toBeLessThan(rich);
    for (const choice of [/^avatar\.redo:/, /^avatar\.money:/]) {
      await product.sql(
        `update avatars set likeness = 0.1, redo_until = now() + interval '1 day' where owner_id = $1 and name = $2`,
        [id, `${name} 4`],
      );
      await visitor.tell('/avatars');
      const list = await visitor.offered(/^avatar:/);
      await visitor.tap(new RegExp(`^${dataOf(list, new RegExp(`${name} 4`))}$`));
      await visitor.offered(choice);
      await visitor.shot('unlike');
      await visitor.tap(choice);
      if (choice.source.includes('redo')) await visitor.offered(/^imagine:[^:]+:below/);
    }
    await visitor.offered(/^avatar\.money\.yes:/);
    await visitor.shot('money');
    await visitor.tap(/^avatar\.money\.yes:/);
    await eventually('the money is back', async () => (await balanceOf(id)) === rich);
    await visitor.shot('end');
  });
});

test('the page had no trouble, and no process crashed', () => {
  expect(troubles).toEqual([]);
  expect(product.crashes()).toEqual([]);
});

const countOf = async (id: number) =>
  Number(
    (
      await product.sql('select count(*) as n from images where owner_id = $1 and deleted_at is null', [id])
    )[0]?.['n'],
  );
const balanceOf = async (id: number) =>
  Number(
    (
      await product.sql('select coalesce(sum(amount), 0) as n from ledger_entries where user_id = $1', [id])
    )[0]?.['n'],
  );

function fileOf(message: ChatMessage | undefined): { path: string } {
  if (!message?.file) throw new Error('a message without a file');
  return message.file;
}
