import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

const SHOTS = fileURLToPath(new URL('../../../../artifacts/browser', import.meta.url));

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Debian's Chromium. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });

/** Somebody at the chat page who has eyes and a mouse: reads, clicks labels, types, chooses files. */
export class PersonOnPage {
  readonly page: Page;
  readonly chat: Locator;

  constructor(page: Page, name: string) {
    this.page = page;
    this.chat = page.getByRole('region', { name: `Chat of ${name}` });
  }

  /** Makes up a person on the welcome screen of a fresh page. */
  static async join(page: Page, name: string, language: string): Promise<PersonOnPage> {
    await page.getByTestId('user-name').fill(name);
    await page.getByRole('radio', { name: language }).check();
    await page.getByRole('button', { name: 'Start chatting' }).click();
    const person = new PersonOnPage(page, name);
    await person.chat.getByRole('button', { name: 'Start', exact: true }).click();
    return person;
  }

  async write(text: string): Promise<void> {
    await this.chat.getByRole('textbox', { name: 'Message' }).fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Clicks the newest button with that label. */
  async click(label: string | RegExp): Promise<void> {
    await this.chat.getByRole('button', { name: label, exact: true }).last().click();
  }

  /** The newest message of the bot with these words, once it is there to be seen. */
  async see(words: string | RegExp, timeout = 30_000): Promise<Locator> {
    const message = this.chat.locator('article[data-from=bot]').filter({ hasText: words }).last();
    await message.waitFor({ state: 'visible', timeout });
    return message;
  }

  /** Chooses files through the paper clip; `menu` is what its menu calls them. */
  async attach(menu: string, files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
    await this.chat.getByRole('button', { name: 'Attach' }).click();
    const chooser = this.page.waitForEvent('filechooser');
    await this.page.getByRole('menuitem', { name: menu }).click();
    const only = files[0];
    await (await chooser).setFiles(files.length === 1 && only ? only : files);
  }

  async send(): Promise<void> {
    await this.chat.getByRole('button', { name: 'Send', exact: true }).click();
  }

  /** Keeps what is on the screen for people to look at; CI keeps the folder. */
  async shot(name: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`), animations: 'disabled' });
  }
}
