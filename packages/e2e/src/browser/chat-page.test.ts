import { SANDBOX_BOT_TOKEN, startTelegramSandbox, type TelegramSandbox } from '@aisha/sandbox';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

/** The chat page alone, with a small bot of its own: whatever fails here is the page's fault. */
let sandbox: TelegramSandbox;
let browser: Browser;
let page: Page;
const stop = new AbortController();

async function call(method: string, params: object): Promise<unknown> {
  const response = await fetch(`${sandbox.url}/bot${SANDBOX_BOT_TOKEN}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
    signal: stop.signal,
  });
  const { result }: { result: unknown } = JSON.parse(await response.text());
  return result;
}

/** Parts of an update that the bot looks at. */
interface Update {
  update_id: number;
  message?: {
    chat: { id: number };
    message_id: number;
    text?: string;
    voice?: { mime_type: string; duration: number };
    photo?: object[];
    media_group_id?: string;
    successful_payment?: { total_amount: number };
  };
  callback_query?: { id: string; data: string; message: { chat: { id: number }; message_id: number } };
  pre_checkout_query?: { id: string };
}

const MENU = {
  inline_keyboard: [
    [
      { text: 'Change', callback_data: 'change' },
      { text: 'Alert', callback_data: 'alert' },
    ],
    [{ text: 'Buy', callback_data: 'buy' }],
  ],
};

async function react({
  message,
  callback_query: press,
  pre_checkout_query: checkout,
}: Update): Promise<void> {
  if (checkout !== undefined)
    await call('answerPreCheckoutQuery', { pre_checkout_query_id: checkout.id, ok: true });
  if (press !== undefined) {
    const chat = press.message.chat.id;
    const isAlert = press.data === 'alert';
    await call('answerCallbackQuery', {
      callback_query_id: press.id,
      text: `You chose ${press.data}`,
      show_alert: isAlert,
    });
    if (press.data === 'change') {
      await call('editMessageText', {
        chat_id: chat,
        message_id: press.message.message_id,
        text: 'Changed',
        reply_markup: MENU,
      });
    }
    const invoice = {
      title: 'Pack',
      description: '100 credits',
      payload: 'p',
      currency: 'XTR',
      prices: [{ label: 'x', amount: 50 }],
    };
    if (press.data === 'buy') await call('sendInvoice', { chat_id: chat, ...invoice });
  }
  if (message === undefined) return;
  const say = (text: string, extra: object = {}) =>
    call('sendMessage', { chat_id: message.chat.id, text, ...extra });
  if (message.text === '/start')
    await say('<b>Hello</b>, <i>you</i>', { parse_mode: 'HTML', reply_markup: MENU });
  else if (message.text !== undefined) await say(`You said ${message.text}`);
  if (message.voice !== undefined) await say(`Heard ${message.voice.mime_type}`);
  if (message.photo !== undefined) await say(`Photo of album ${message.media_group_id}`);
  if (message.successful_payment !== undefined) await say('Thank you');
}

async function runBot(): Promise<void> {
  let offset = 0;
  while (!stop.signal.aborted) {
    const updates: unknown = await call('getUpdates', { offset, timeout: 20 });
    if (!Array.isArray(updates)) continue;
    for (const update of updates) {
      const known: Update = update;
      offset = known.update_id + 1;
      await react(known);
    }
  }
}

beforeAll(async () => {
  sandbox = await startTelegramSandbox();
  // Its last poll ends with the test.
  runBot().catch(() => {});
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM_FLAGS });
  page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await page.goto(sandbox.url);
});

afterAll(async () => {
  stop.abort();
  await browser.close();
  await sandbox.close();
});

/** What was really said in the first person's chat. */
const messages = async () => (await sandbox.control.transcript({ chatId: 100_000_001 })).messages;

const chatOf = (name: string): Locator => page.getByRole('region', { name: `Chat of ${name}` });

async function addPerson(name: string, language: string): Promise<Locator> {
  if (!(await page.getByTestId('welcome').isVisible())) await page.getByTestId('add-user').click();
  await page.getByTestId('user-name').fill(name);
  await page.getByTestId(`user-language-${language}`).check({ force: true });
  await page.getByTestId('user-create').click();
  await chatOf(name).getByTestId('start').click();
  await chatOf(name).getByText('Hello, you').waitFor();
  return chatOf(name);
}

describe('the chat page', () => {
  it('makes a person and starts the bot, with marked-up text and buttons', async () => {
    await page.getByTestId('welcome').waitFor();
    const chat = await addPerson('Анна', 'ru');
    expect(await chat.locator('.text strong').textContent()).toBe('Hello');
    expect(await chat.getByTestId('inline-button').allTextContents()).toEqual(['Change', 'Alert', 'Buy']);
    expect(await sandbox.control.listUsers({})).toMatchObject([{ firstName: 'Анна', languageCode: 'ru' }]);
  });

  it('shows answers to presses and edits where they stand', async () => {
    const chat = chatOf('Анна');
    await chat.getByRole('button', { name: 'Change' }).click();
    await page.getByTestId('toast').filter({ hasText: 'You chose change' }).waitFor();
    await chat.getByText('Changed').waitFor();
    expect(await chat.getByText('Hello, you').count()).toBe(0);
    await chat.getByRole('button', { name: 'Alert' }).click();
    await page.getByTestId('alert').getByText('You chose alert').waitFor();
    await page.getByTestId('alert-ok').click();
  });

  it('sends text with Enter, answers and edits messages', async () => {
    const chat = chatOf('Анна');
    await chat.getByTestId('composer').fill('one');
    await chat.getByTestId('composer').press('Enter');
    await chat.getByText('You said one').waitFor();
    const own = chat.locator('[data-from=user]').filter({ hasText: 'one' });
    await own.hover();
    await own.getByTestId('message-actions').click();
    await page.getByTestId('action-edit').click();
    await chat.getByTestId('composer').fill('two');
    await chat.getByTestId('send').click();
    await chat.locator('[data-from=user]').filter({ hasText: 'edited' }).getByText('two').waitFor();
    const sent = (await messages()).find(({ text }) => text === 'two');
    expect(sent?.edits.map(({ content }) => content.text)).toEqual(['one']);
  });

  it('sends many photos as one album, which can be enlarged', async () => {
    const chat = chatOf('Анна');
    const photo = async (background: string) => ({
      name: `${background}.jpg`,
      mimeType: 'image/jpeg',
      buffer: await sharp({ create: { width: 700, height: 700, channels: 3, background } })
        .jpeg()
        .toBuffer(),
    });
    await chat
      .getByTestId('photo-input')
      .setInputFiles(await Promise.all(['red', 'green', 'blue'].map(photo)));
    expect(await chat.getByTestId('tray-item').count()).toBe(3);
    await chat.getByTestId('send').click();
    await chat.getByTestId('album').waitFor();
    await expect.poll(() => chat.getByText('Photo of album').count()).toBe(3);
    expect(
      new Set(
        await chat.locator('[data-from=bot] .text').filter({ hasText: 'Photo of album' }).allTextContents(),
      ).size,
    ).toBe(1);
    await chat.getByTestId('photo-open').first().click();
    await page.getByTestId('viewer').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('viewer').waitFor({ state: 'detached' });
  });

  it('records the microphone into a voice message as Telegram has them', async () => {
    const chat = chatOf('Анна');
    await chat.getByTestId('mic').click();
    await chat.getByRole('timer').filter({ hasText: '0:01' }).waitFor();
    await chat.getByTestId('recording-send').click();
    await chat.getByText('Heard audio/ogg').waitFor();
    await chat.getByTestId('play').waitFor();
    const recorded = (await messages()).find(({ file }) => file?.kind === 'voice');
    expect(recorded?.file?.duration).toBeGreaterThan(0);
  });

  it('pays an invoice', async () => {
    const chat = chatOf('Анна');
    await chat.getByRole('button', { name: 'Buy' }).click();
    await chat.getByTestId('pay').click();
    await page.getByTestId('pay-confirm').click();
    await chat.getByTestId('invoice-paid').waitFor();
    await chat.getByText('Thank you').waitFor();
    const paid = (await messages()).find(({ message }) => message.successful_payment !== undefined);
    expect(paid?.message.successful_payment?.total_amount).toBe(50);
  });

  it('keeps people apart, side by side, and lets them block the bot', async () => {
    const other = await addPerson('Kate', 'en');
    expect(await chatOf('Анна').isVisible()).toBe(true);
    await other.getByTestId('chat-menu').click();
    await page.getByTestId('menu-block').click();
    await other.getByTestId('unblock').waitFor();
    expect(await chatOf('Анна').getByTestId('composer').isVisible()).toBe(true);
    await other.getByTestId('unblock').click();
    await expect.poll(() => other.getByText('Hello, you').count()).toBe(2);
  });

  it('is the same after a reload, and fits a phone', async () => {
    await page.setViewportSize({ width: 400, height: 800 });
    await page.reload();
    await page.getByTestId('tab-100000001').click();
    await chatOf('Анна').getByText('Thank you').waitFor();
    expect(await chatOf('Kate').isVisible()).toBe(false);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });
});
