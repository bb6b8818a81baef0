import type { Place } from '@aisha/db';
import type {
  FalConfig,
  LinksConfig,
  PhotoRules,
  PrivacyConfig,
  SpendingLimits,
  TelegramConfig,
} from '@aisha/config';
import type { FaceReader, Media } from '@aisha/media';
import type { FalClient, OpenAiClient, Recognisers, TelegramClient } from '@aisha/providers';
import type { Logger } from '@aisha/service';
import type { Storage } from '@aisha/storage';
import type { UnitParts } from './unit.ts';

/** Where a message was sent, in the end. */
export interface SentMessage extends Place {
  readonly messageId: number;
  /** Telegram's id of the photo or video in it, by which it can be sent again without an upload. */
  readonly fileId?: string | null | undefined;
}

/** What decides and commits: enough for the bot and for anything that only changes state. */
export type DeciderParts = UnitParts;

/** What the worker's handlers need. */
export interface WorkerParts extends DeciderParts {
  readonly storage: Storage;
  readonly fal: FalClient;
  readonly openai: OpenAiClient;
  readonly recognisers: Recognisers;
  readonly telegram: TelegramClient;
  readonly media: Media;
  readonly faces: FaceReader;
  readonly config: {
    readonly fal: FalConfig;
    readonly telegram: TelegramConfig;
    readonly links: LinksConfig;
    readonly spending: SpendingLimits;
    readonly photos: PhotoRules;
    readonly privacy: PrivacyConfig;
    /** Unless a person chose otherwise. */
    readonly documents: { readonly maskPersonal: boolean; readonly titles: boolean };
  };
}

/** What a handler is told about the run it is in. */
export interface Run {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** The queue will not try again by itself after this one. */
  readonly lastAttempt: boolean;
}
