import type { AvatarKind, Language, OwedCall } from '@aisha/db';
import type { Unit, User } from '@aisha/core';
import type { DialogueState } from './dialogue.ts';
import { editScreen, type Screen, sendScreen } from './screen.ts';
import type { TextKey, TextParams, Texts } from '../texts/index.ts';

/** What the conversation knows of this installation. */
export interface BotSettings {
  readonly testMode: boolean;
  readonly botUsername: string;
  /** The largest file that Telegram hands to us, in bytes. */
  readonly fileLimit: number;
  /** Minutes that a training of each preset is said to take. */
  readonly presets: Readonly<Record<AvatarKind, Readonly<Record<string, { minutes: number }>>>>;
}

/**
 * One update being decided: who, where, in which state, and what it will owe. Nothing here talks to Telegram; the
 * calls are made after everything is committed.
 */
export class Turn {
  readonly unit: Unit;
  readonly user: User;
  readonly chatId: number;
  readonly isPrivate: boolean;
  readonly settings: BotSettings;
  /** The message under whose button the user pressed; undefined for messages. */
  readonly pressed:
    | { readonly queryId: string; readonly messageId: number | undefined; readonly isText: boolean }
    | undefined;
  readonly owed: OwedCall[] = [];
  state: DialogueState;
  language: Language;
  readonly #texts: Texts;

  constructor(of: {
    unit: Unit;
    user: User;
    chatId: number;
    isPrivate: boolean;
    settings: BotSettings;
    pressed: Turn['pressed'];
    state: DialogueState;
    texts: Texts;
  }) {
    this.unit = of.unit;
    this.user = of.user;
    this.chatId = of.chatId;
    this.isPrivate = of.isPrivate;
    this.settings = of.settings;
    this.pressed = of.pressed;
    this.state = of.state;
    this.language = of.user.language;
    this.#texts = of.texts;
  }

  /** HTML; inserted values are escaped. */
  t(key: TextKey, params?: TextParams): string {
    return this.#texts.html(this.language, key, params);
  }

  /** For buttons, toasts and file names, which are no HTML. */
  label(key: TextKey, params?: TextParams): string {
    return this.#texts.plain(this.language, key, params);
  }

  date(date: Date): string {
    return this.#texts.date(this.language, date);
  }

  duration(ms: number): string {
    return this.#texts.duration(this.language, ms);
  }

  /** A new message. */
  send(screen: Screen, options: { replyTo?: number; bind?: OwedCall['bind'] } = {}): void {
    this.owed.push(sendScreen(this.chatId, screen, options));
  }

  /** Takes the place of the message whose button was pressed; a new message where there is none or it is no text. */
  show(screen: Screen, options: { bind?: OwedCall['bind'] } = {}): void {
    if (this.pressed?.messageId !== undefined && this.pressed.isText)
      this.owed.push(editScreen(this.chatId, this.pressed.messageId, screen, options));
    else this.send(screen, options);
  }

  /** A short notice over the chat, for a press; a message otherwise. At most 200 characters. */
  toast(key: TextKey, params?: TextParams): void {
    if (!this.pressed) return this.send({ text: this.t(key, params) });
    this.owed.unshift({
      method: 'answerCallbackQuery',
      payload: { callback_query_id: this.pressed.queryId, text: this.label(key, params).slice(0, 200) },
    });
  }
}
