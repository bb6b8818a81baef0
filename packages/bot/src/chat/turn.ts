import { shorten } from '@aisha/service';
import type { OwedCall, Place } from '@aisha/db';
import { albumMessages, forwardedVoices, type Sender, settingsIn, type Unit, type User } from '@aisha/core';
import type { TextKey, TextParams } from '../texts/index.ts';
import type { State } from './dialogue.ts';
import { type AlbumPart, type Memory, noteAlbum } from './memory.ts';
import { READABLY, editScreen, keyboard, type Screen, sendScreen } from './screen.ts';
import { Voice, type VoiceParts } from './voice.ts';

/** The press that a turn answers. */
export interface Pressed {
  readonly queryId: string;
  /** The message that has the button; undefined where Telegram does not tell it. */
  readonly message: { readonly id: number; readonly isText: boolean } | undefined;
  /** Whose message it is. In a group it belongs to whom it answers: `nobody` where that is not known. */
  readonly of: 'presser' | 'another' | 'nobody';
}

/**
 * One update being decided: who, where, in which state, and what it will owe. Nothing here talks to Telegram; the
 * calls are made after everything is committed.
 */
export class Turn extends Voice {
  readonly unit: Unit;
  readonly user: User;
  readonly chatId: number;
  /** The topic that the update is from. */
  readonly threadId: number | null;
  readonly isPrivate: boolean;
  /** Of a group. */
  readonly chatTitle: string;
  /** Of the Telegram of whoever wrote or pressed, IETF; undefined where Telegram does not say. */
  readonly languageCode: string | undefined;
  /** Who really pressed or wrote, be it in the group's name; undefined where Telegram does not say. */
  readonly behind: Sender | undefined;
  readonly owed: OwedCall[] = [];
  state: State;
  memory: Memory;
  readonly #botId: number;
  readonly #pressed: Pressed | undefined;

  constructor(of: {
    unit: Unit;
    botId: number;
    user: User;
    chatId: number;
    threadId: number | null;
    isPrivate: boolean;
    chatTitle: string;
    behind: Sender | undefined;
    languageCode: string | undefined;
    pressed: Pressed | undefined;
    state: State;
    memory: Memory;
    parts: VoiceParts;
  }) {
    super(of.parts, { language: of.user.language, timeZone: settingsIn(of.user).timeZone });
    this.unit = of.unit;
    this.#botId = of.botId;
    this.user = of.user;
    this.chatId = of.chatId;
    this.threadId = of.threadId;
    this.isPrivate = of.isPrivate;
    this.chatTitle = of.chatTitle;
    this.behind = of.behind;
    this.languageCode = of.languageCode;
    this.state = of.state;
    this.memory = of.memory;
    this.#pressed = of.pressed;
  }

  get place(): Place {
    return { chatId: this.chatId, threadId: this.threadId };
  }

  /** Telegram's number of the press; undefined of a message. */
  get pressId(): string | undefined {
    return this.#pressed?.queryId;
  }

  /** What is pressed belongs to somebody else in the group. */
  get atOthers(): boolean {
    return this.#pressed?.of === 'another';
  }

  /** One of `TELEGRAM_ADMIN_IDS`, in their private chat. */
  get isOperator(): boolean {
    return this.isPrivate && this.unit.operators.includes(this.user.id);
  }

  /** The pressed message, if it may be changed: nobody changes what was said to somebody else. */
  get #mine() {
    return this.#pressed?.of === 'presser' ? this.#pressed.message : undefined;
  }

  /** The message that `show` changes; undefined where it sends a new one. */
  get shownIn(): number | undefined {
    return this.#mine?.isText ? this.#mine.id : undefined;
  }

  /** Of an album one answer about a kind is enough: false when it has been given. What is in no album is always answered. */
  firstOf(album: string | undefined, part: AlbumPart): boolean {
    const { isNew, memory } = noteAlbum(this.memory, album, part);
    this.memory = memory;
    return isNew;
  }

  /** Whether an album holds photos beside whatever of it is being decided. */
  async isAmongPhotos(album: string, isPhoto: (message: unknown) => boolean): Promise<boolean> {
    if (this.memory.albums.some((one) => one.id === album && one.photos)) return true;
    return (await this.albumParts(album)).some(isPhoto);
  }

  /** The messages of an album that are not done yet, this one among them. */
  albumParts(album: string): Promise<unknown[]> {
    return albumMessages(this.unit.tx, { botId: this.#botId, chatId: this.chatId, album });
  }

  /** Forwarded voices that are not done yet, this one among them. */
  forwardedVoices(): Promise<unknown[]> {
    return forwardedVoices(this.unit.tx, { botId: this.#botId, chatId: this.chatId });
  }

  /** A new message. */
  send(screen: Screen, options: { replyTo?: number; bind?: OwedCall['bind'] } = {}): void {
    this.owed.push(sendScreen(this, screen, options));
  }

  /** Takes the place of the presser's message whose button was pressed; a new message where that cannot be. */
  show(screen: Screen, options: { bind?: OwedCall['bind'] } = {}): void {
    if (this.shownIn === undefined) this.send(screen, options);
    else this.owed.push(editScreen(this, this.shownIn, screen, options));
  }

  /** Changes the buttons of the pressed message and leaves the rest. */
  showButtons(buttons: Screen['buttons']): void {
    this.#change('editMessageReplyMarkup', { reply_markup: keyboard(buttons) });
  }

  /** Takes the pressed message away. */
  remove(): void {
    this.#change('deleteMessage', {});
  }

  #change(method: string, payload: object): void {
    if (this.#mine)
      this.owed.push({ method, payload: { chat_id: this.chatId, message_id: this.#mine.id, ...payload } });
  }

  /** A short notice over the chat, for a press; a message otherwise. At most 200 characters. */
  toast(key: TextKey, params?: TextParams): void {
    if (!this.#pressed) return this.send({ text: this.t(key, params) });
    this.owed.unshift({
      method: 'answerCallbackQuery',
      payload: {
        callback_query_id: this.#pressed.queryId,
        text: shorten(this.label(key, params), 200, READABLY),
      },
    });
  }
}
