import type { ChatMessage, TelegramControl } from '@aisha/sandbox';
import { TimeoutError } from './waiting.ts';

export interface Photo {
  readonly bytes: Uint8Array;
  readonly name: string;
}

export interface Upload extends Photo {
  readonly mime: string;
}

export type Match = (message: ChatMessage) => boolean;

/** Text of a message, as a person reads it. */
export const says =
  (pattern: RegExp): Match =>
  (message) =>
    pattern.test(message.text);

export interface Looking {
  /** Only messages newer than this one. */
  readonly after?: number | undefined;
  readonly timeoutMs?: number;
}

/** A person in the chat with the bot: writes, presses what is there, waits for what appears. */
export class Person {
  readonly id: number;
  readonly #control: TelegramControl;

  constructor(control: TelegramControl, id: number) {
    this.#control = control;
    this.id = id;
  }

  static async join(
    control: TelegramControl,
    firstName: string,
    languageCode: string,
    id?: number,
  ): Promise<Person> {
    const created = await control.createUser({
      firstName,
      languageCode,
      ...(id === undefined ? {} : { id }),
    });
    return new Person(control, created.id);
  }

  async write(text: string): Promise<ChatMessage> {
    return this.#control.sendText({ userId: this.id, text });
  }

  async album(photos: readonly Photo[]): Promise<void> {
    await this.#control.sendAlbum({
      userId: this.id,
      items: photos.map(({ bytes, name }) => ({ kind: 'photo', file: { bytes, name, mime: 'image/jpeg' } })),
    });
  }

  /** Files, photos and videos sent together. */
  async albumOf(items: readonly (Upload & { readonly kind: 'photo' | 'video' | 'document' | 'audio' })[]) {
    const sent = await this.#control.sendAlbum({
      userId: this.id,
      items: items.map(({ kind, ...file }) => ({ kind, file })),
    });
    return sent.at(-1)?.id ?? 0;
  }

  async media(
    kind: 'voice' | 'audio' | 'video' | 'document' | 'photo' | 'sticker',
    file: Upload,
    duration?: number,
  ): Promise<ChatMessage> {
    return this.#control.sendMedia({
      userId: this.id,
      kind,
      file,
      ...(duration === undefined ? {} : { duration }),
    });
  }

  /** Presses the newest button whose label matches. */
  async press(label: RegExp, looking: Looking = {}): Promise<{ callbackQueryId: string }> {
    const message = await this.see(
      (one) => buttonsOf(one).some((button) => label.test(button)),
      `a button ${label}`,
      looking,
    );
    return this.pressOn(message, label);
  }

  async pressOn(message: ChatMessage, label: RegExp): Promise<{ callbackQueryId: string }> {
    const text = buttonsOf(message).find((button) => label.test(button));
    return this.#control.press({ userId: this.id, messageId: message.id, text });
  }

  /** The notice over the chat that answers a press; null when none came in time. */
  async toast({ callbackQueryId }: { callbackQueryId: string }): Promise<string | null> {
    const answer = await this.#control.callbackAnswer({ chatId: this.id, callbackQueryId });
    return answer?.text ?? null;
  }

  /** The newest message that matches, as soon as there is one. */
  async see(match: Match, what: string, looking: Looking | number = {}): Promise<ChatMessage> {
    const { after = 0, timeoutMs = 60_000 } = typeof looking === 'number' ? { timeoutMs: looking } : looking;
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const { messages, seq } = await this.#control.transcript({ chatId: this.id });
      const found = messages.findLast(
        (message) => message.fromBot && !message.deleted && message.id > after && match(message),
      );
      if (found) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new TimeoutError(`${what} did not appear; the chat:\n${await this.story()}`);
      await this.#control.wait({ chatId: this.id, after: seq, timeoutMs: Math.min(left, 10_000) });
    }
  }

  async messages(match: Match = () => true): Promise<ChatMessage[]> {
    const { messages } = await this.#control.transcript({ chatId: this.id });
    return messages.filter((message) => message.fromBot && !message.deleted && match(message));
  }

  download(file: { path: string }): Promise<Uint8Array> {
    return this.#control.download(file);
  }

  /** The chat as text, for the message of a failing test. */
  async story(): Promise<string> {
    const { messages } = await this.#control.transcript({ chatId: this.id });
    return messages
      .map((one) => {
        const buttons = buttonsOf(one)
          .map((label) => `[${label}]`)
          .join(' ');
        const file = one.file ? `<${one.file.kind} ${one.file.size} bytes> ` : '';
        return `${one.fromBot ? 'bot ' : 'user'} #${one.id}${one.edits.length > 0 ? ` (${one.edits.length} edits)` : ''}: ${file}${one.text.slice(0, 400)} ${buttons}`;
      })
      .join('\n');
  }
}

export function buttonsOf(message: ChatMessage): string[] {
  const { markup } = message;
  return markup && 'inline_keyboard' in markup
    ? markup.inline_keyboard.flat().map((button) => button.text)
    : [];
}

/** What a press of the button brings to the bot. */
export function dataOf(message: ChatMessage, label: RegExp): string {
  const { markup } = message;
  const buttons = markup && 'inline_keyboard' in markup ? markup.inline_keyboard.flat() : [];
  const data = buttons.find((button) => label.test(button.text))?.callback_data;
  if (data === undefined) throw new Error(`no button ${label} on: ${buttonsOf(message).join(', ')}`);
  return data;
}
