import { encodeSpeech } from '@aisha/sandbox';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Person } from '../person.ts';
import { makePhotos } from '../photos.ts';
import { type Product, startProduct } from '../product.ts';
import { PersonOnPage, startBrowser } from './person-on-page.ts';

let product: Product;
let browser: Browser;
let anna: PersonOnPage;
const troubles: string[] = [];
const OPERATOR = 700_000_002;
const SCREEN = { width: 900, height: 1_000 };

beforeAll(async () => {
  [product, browser] = await Promise.all([
    startProduct({
      name: 'browser',
      settings: { CREDITS: 'on', TELEGRAM_ADMIN_IDS: String(OPERATOR) },
    }),
    startBrowser(),
  ]);
  await product.fal.configure({ timing: { trainingSeconds: 8, imageSeconds: 1, queueSeconds: 0.2 } });
  const page = await browser.newPage({ viewport: SCREEN, locale: 'ru-RU' });
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (line) => line.type() === 'error' && troubles.push(line.text()));
  await page.goto(product.stack.telegram?.url ?? '');
  anna = await PersonOnPage.join(page, 'Анна', 'Русский');
});
afterAll(async () => {
  await browser.close();
  await product.stop();
});

test('a person trains an avatar with ten photos of their own', async () => {
  await anna.see('Здравствуйте, Анна! Я — Aisha.');
  await anna.shot('1-menu');
  await anna.click('🧑‍🎨 Аватары');
  await anna.click('➕ Новый аватар');
  await anna.click('🧑 Человек (портрет)');
  await anna.see('Как назвать аватар?');
  await anna.write('Анна');
  await anna.click('Женщина');
  await anna.click('✅ Подтверждаю');
  await anna.see('Пришлите от 10 до 20 фотографий');
  const photos = await makePhotos(10);
  await anna.attach(
    'Photos or videos',
    photos.map(({ bytes, name }) => ({ name, mimeType: 'image/jpeg', buffer: Buffer.from(bytes) })),
  );
  await anna.shot('2-photos-chosen');
  await anna.send();
  await anna.see('Принято 10 фотографий из 20');
  await anna.shot('3-photos-accepted');
  await anna.click('🚀 Обучить');
  await anna.click(/^⚡ Быстро · ~4 мин/);
  await anna.see(/Обучаю модель.*\d+%/s);
  await anna.shot('4-training');
  await anna.see('Аватар Анна готов!');
  // The message that showed the progress says how it ended, and there is nothing to cancel any more.
  const ended = await anna.see('✅ Готово');
  expect(await ended.getByRole('button', { name: 'Отменить' }).count()).toBe(0);
});

test('and gets a picture with it', async () => {
  await anna.click('🎨 Нарисовать');
  await anna.see('Опишите картинку одним сообщением');
  await anna.write('на берегу моря на закате, тёплый свет');
  const picture = await anna.see('на берегу моря на закате, тёплый свет');
  expect(await pixels(picture.getByRole('img', { name: 'Photo' }))).toEqual([1024, 1024]);
  await anna.shot('5-picture');
  // Higher than a screen: the one in the README.
  await anna.page.setViewportSize({ width: 760, height: 1_640 });
  await anna.shot('chat-page');
  await anna.page.setViewportSize(SCREEN);
});

test('a voice recording becomes text and a summary', async () => {
  const said = 'Завтра встречаемся в десять. Сергей приносит договор, а Мария готовит презентацию до среды.';
  const buffer = await encodeSpeech(said.split(' '), { format: 'ogg' });
  await anna.attach('Voice recording', [{ name: 'voice.ogg', mimeType: 'audio/ogg', buffer }]);
  await anna.see(said);
  await anna.click(/^📝 Резюме/);
  await anna.see('Главное');
  await anna.shot('6-summary');
  await anna.click(/^✅ Список дел/);
  const todo = await anna.see('☐');
  expect(await todo.textContent()).toContain('кто: Сергей');
  await anna.shot('7-todo');
});

test('credits are bought with Stars, spent, and given back by an operator', async () => {
  const operator = await Person.join(product.telegram, 'Оператор', 'ru', OPERATOR);
  await operator.write('/start');
  await anna.write('/balance');
  await anna.see('На счету');
  await anna.shot('8-balance');
  await anna.click('⭐ Пополнить');
  await anna.see('Выберите пакет');
  await anna.shot('9-packs');
  await anna.click('100 кредитов — ⭐ 450');
  await anna.chat.getByTestId('pay').last().click();
  await anna.shot('10-checkout');
  await anna.page.getByTestId('pay-confirm').click();
  await anna.see('Оплата ⭐ 450 получена: +100 кредитов');
  await anna.shot('11-paid');

  await anna.write('/imagine');
  await anna.see('Опишите картинку одним сообщением');
  await anna.write('маяк на скале');
  await anna.see('маяк на скале');
  await anna.write('/balance');
  await anna.see('+100');

  await anna.write('/paysupport');
  await anna.see('Напишите одним сообщением');
  await anna.write('Верните, пожалуйста, звёзды.');
  await anna.see('Передали операторам');
  const asked = await operator.see(({ text }) => text.includes('Верните, пожалуйста'), 'the question');
  await operator.pressOn(asked, /^↩️ Вернуть/);
  const sure = await operator.see(({ text }) => text.startsWith('Вернуть'), 'whether they are sure');
  await operator.pressOn(sure, /^Да, вернуть$/);
  await anna.see('Платёж ⭐ 450 возвращён');
  await anna.write('/balance');
  await anna.see('возврат платежа');
  const rows = await product.sql('select state, taken_back from payments');
  expect(rows).toEqual([{ state: 'refunded', taken_back: 100 }]);
  await anna.shot('12-refunded');
});

test('an operator finds people, gives credits, holds back what is new and writes to everybody', async () => {
  const page = await browser.newPage({ viewport: SCREEN, locale: 'ru-RU' });
  page.on('pageerror', (error) => troubles.push(error.message));
  await page.goto(`${product.stack.telegram?.url ?? ''}?user=${OPERATOR}`);
  const operator = new PersonOnPage(page, 'Оператор');
  await operator.write('/admin');
  await operator.see('🛠 Сейчас');
  await operator.shot('13-board');
  await operator.click('🔎 Найти человека');
  await operator.see('Пришлите номер или @имя');
  const [row] = await product.sql(`select id from users where first_name = 'Анна'`);
  await operator.write(String(row?.['id']));
  await operator.see('👤 Анна');
  await operator.shot('14-card');
  await operator.click('📦 Заказы');
  await operator.see('Картинка — готово');
  await operator.shot('15-orders');
  await operator.click(/^👤/);
  await operator.click('📒 Кредиты');
  await operator.see('возврат платежа');
  await operator.shot('16-ledger');
  await operator.click(/^👤/);
  await operator.click('➕ Начислить');
  await operator.write('50 за терпение');
  await operator.see('Причина: за терпение');
  await operator.click('✅ Да');
  await operator.click('📝 Журнал');
  await operator.see('начислены кредиты');
  await operator.shot('17-journal');

  await operator.write('/admin');
  await operator.click('🎟 Промокоды');
  await operator.click('🎟 Кредиты сразу');
  await operator.write('ВЕСНА 50 100 31.12.2099');
  await operator.see('Создать такой промокод?');
  await operator.click('✅ Да');
  await operator.see('использован 0 из 100');
  await operator.shot('18-promo');

  await operator.click('🛠 К пульту');
  await operator.click('🚧 Работы');
  await operator.see('Технические работы не идут.');
  await operator.click('🚧 Начать работы');
  await operator.see('Идут технические работы');
  await anna.write('/imagine');
  await anna.see('Сейчас идут технические работы');
  await anna.shot('19-maintenance');
  await operator.shot('20-maintenance');
  await operator.click('✅ Закончить работы');
  await anna.see('снова работает');

  await operator.click('🛠 К пульту');
  await operator.click('📣 Рассылки');
  await operator.click('➕ Новая рассылка');
  await operator.see('Пришлите сообщение, которое получат все');
  await operator.write('Новости: картинки стали быстрее.');
  await operator.see('Так это будет выглядеть');
  await operator.click(/^🔗 Кнопки/);
  await operator.write('Подробнее | https://example.com/news');
  await operator.see('Так это будет выглядеть');
  await operator.shot('21-broadcast');
  await operator.click(/^🚀 Отправить: 2/);
  await operator.see('Рассылка закончена');
  await operator.shot('22-report');
  await anna.see('Новости: картинки стали быстрее.');
  await anna.shot('23-news');
  const reached = await product.sql('select state from broadcast_recipients');
  expect(reached).toEqual([{ state: 'sent' }, { state: 'sent' }]);
  await page.close();
});

test('a subscription for Stars, a promo code and an invitation bring credits, and say so', async () => {
  // The first whom the page made up.
  const id = 100_000_001;
  const account = new Person(product.telegram, id);
  await anna.write('/balance');
  await anna.click('🔁 Подписка');
  await anna.see('Подписка');
  await anna.shot('13-plans');
  await anna.click(/600 кредитов \/ 30 дней/);
  await anna.see('600 кредитов каждые 30 дней');
  await anna.shot('14-subscription-offer');
  const offer = await account.see(({ text }) => text.includes('Оплата — по кнопке'), 'the offer');
  const slug = /t\.me\/\$([\w-]+)/.exec(JSON.stringify(offer.markup))?.[1] ?? '';
  expect(await product.telegram.pay({ userId: id, slug })).toMatchObject({ outcome: 'paid' });
  await anna.see('+600 кредитов');
  await anna.write('/balance');
  await anna.see('Подписка продлится');
  await anna.shot('15-subscribed');
  await anna.click('🔁 Подписка');
  await anna.click('Отменить подписку');
  await anna.see('отменена');
  await anna.shot('16-subscription-cancelled');

  await product.sql(
    `insert into promo_codes (code, kind, value, max_uses) values ('OSEN50', 'credits', 50, 1)`,
  );
  await anna.write('/balance');
  await anna.click('🎟 Промокод');
  await anna.see('Пришлите промокод');
  await anna.write('нет такого');
  await anna.see('Такого промокода нет');
  await anna.write('osen50');
  await anna.see('Промокод принят: +50 кредитов');
  await anna.shot('17-promo-code');

  await anna.write('/invite');
  await anna.see('Пришлите другу свою ссылку');
  await anna.shot('18-invitation');
  const invitation = await account.see(({ text }) => text.includes('start=ref_'), 'the link');
  const code = /start=(ref_\w+)/.exec(invitation.text)?.[1] ?? '';
  const friend = await Person.join(product.telegram, 'Борис', 'ru');
  await friend.write(`/start ${code}`);
  await friend.see(({ text }) => text.includes('по приглашению'), 'the greeting');
  await friend.write('/imagine');
  await friend.see(({ text }) => text.includes('Опишите картинку'), 'the question');
  await friend.write('горы утром');
  await friend.see(
    ({ text }) => text.includes('За приглашение на ваш счёт пришло 30 кредитов'),
    'the reward',
  );
  await anna.see('на ваш счёт пришло 30 кредитов');
  await anna.write('/balance');
  await anna.see('приглашение');
  await anna.shot('19-balance');
});

test('the page had no trouble', () => {
  expect(troubles).toEqual([]);
  expect(product.crashes()).toEqual([]);
});

/** What was really decoded, not what the page's markup hopes for. */
async function pixels(image: Locator): Promise<number[]> {
  await image.waitFor({ state: 'visible' });
  // Runs in the page.
  return image.evaluate(async (element: Picture) => {
    await element.decode();
    return [element.naturalWidth, element.naturalHeight];
  });
}

/** What is looked at of the page's HTMLImageElement. */
interface Picture {
  decode(): Promise<void>;
  readonly naturalWidth: number;
  readonly naturalHeight: number;
}
