import type { Language } from '@aisha/db';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { furnish } from '../testing/furnish.ts';

let bot: TestBot;
beforeAll(async () => {
  bot = await startTestBot();
});
afterAll(() => bot.close());

/** The kind of a button: two that differ only in what they are about are one; but avatars are of several kinds. */
const kindOf = (data: string) =>
  data.startsWith('avatar:')
    ? data
    : data
        // Of style packs and of cards one is as any other.
        .replace(/^(styles?|style\.draw|cards|cards\.filter|image\.edit\.quick)(:.*)?$/, '$1')
        .replace(/^(history\.go:[on]).*/, '$1')
        .replace(/[\da-f-]{36}/g, '*')
        .replace(/:\d+$/, ':#');

/** What takes something away is pressed when everything else was. */
const isLast = (data: string) => /delete|clear/.test(data);

/** Presses one of every kind of button that can be reached from a command, each the way a person comes to it. */
async function walk(userId: number, commands: readonly string[]): Promise<string[]> {
  const pressed = new Set<string>();
  const ways = commands.map((command) => ({ command, data: [] as string[] }));
  while (ways.length > 0) {
    const at = ways.findIndex(({ data }) => !data.some(isLast));
    const [way] = ways.splice(Math.max(at, 0), 1);
    if (!way) break;
    let shown = await bot.say(userId, way.command);
    for (const data of way.data) {
      // The way is no longer there: what it was about has been deleted.
      if (!shown.flatMap(dataOf).includes(data)) {
        shown = [];
        break;
      }
      await bot.forgetPace();
      shown = (await bot.press(userId, data)).messages;
    }
    for (const data of shown.flatMap(dataOf)) {
      expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
      if (pressed.has(kindOf(data))) continue;
      pressed.add(kindOf(data));
      ways.push({ command: way.command, data: [...way.data, data] });
    }
  }
  return [...pressed].map((kind) => kind.replace(/[\da-f-]{36}/g, '*'));
}

const COMMANDS = [
  '/start',
  '/menu',
  '/avatars',
  '/new_avatar',
  '/imagine',
  '/gallery',
  '/history',
  '/language',
];

/** Every button there is, but those that only a result of FAL or a photo brings. */
const KINDS = [
  'avatars',
  'avatar.new',
  'avatar.kind:portrait',
  'avatar.kind:style',
  'avatar:*',
  'avatar.photos:*',
  'avatar.main:*',
  'avatar.rename:*',
  'avatar.delete:*',
  'avatar.delete.yes:*',
  'cancel',
  'document:*:summary',
  'document:*:todo',
  'document:*:minutes',
  'document:*:protocol',
  'gallery',
  'gallery:all:#',
  'gallery:favourites:#',
  'help',
  'history',
  'history.go:o',
  'image.again:*',
  'image.variations:*',
  'image.delete:*',
  'image.favourite:*',
  'image.file:*',
  'image.prompt:*',
  'imagine',
  'imagine:*',
  'imagine:none',
  'imagine.aspect:9x16',
  'imagine.count:#',
  'imagine.pick',
  'imagine.enrich:on',
  'imagine.second',
  'image.edit:*',
  'image.edit.quick',
  'image.upscale:*',
  'image.video:*',
  'avatar.instant',
  'cards',
  'cards.filter',
  'styles',
  'style',
  'style.draw',
  'language',
  'language.set:ru',
  'language.set:kk',
  'language.set:en',
  'menu',
  'order.cancel:*',
  'photos.later',
  'recording:*',
  'recording.delete:*',
  'recording.delete.yes:*',
  'documents:*:card',
  'download:*:card',
  'download.as:*:docx',
  'download.as:*:txt',
  'transcribe',
];

describe.each<Language>(['ru', 'kk', 'en'])('every button, in %s', (language) => {
  test('is answered once, leads somewhere, and nothing that is sent is refused', async () => {
    const userId = await stranger(bot, language);
    await bot.say(userId, '/start');
    await furnish(bot, userId);
    const before = bot.log.length;
    const kinds = await walk(userId, COMMANDS);
    expect(kinds).toEqual(expect.arrayContaining(KINDS));
    expect(bot.log.slice(before).filter(({ level }) => level === 'error')).toEqual([]);
    expect(bot.log.slice(before).filter(({ message }) => /set aside|not be handled/.test(message))).toEqual(
      [],
    );

    const answers = await bot.telegram.control.journal({ method: 'answerCallbackQuery' });
    const ids = answers.map(({ params }) => params['callback_query_id']);
    expect(new Set(ids).size).toBe(ids.length);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  }, 180_000);
});
