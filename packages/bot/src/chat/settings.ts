import type { FalConfig, PhotoRules, Prices, StorageConfig, TelegramConfig } from '@aisha/config';
import { trainerFor } from '@aisha/core';
import type { AvatarKind } from '@aisha/db';
import { downloadLimit } from '@aisha/providers';

/** What the conversation knows of this installation. */
export interface BotSettings {
  readonly testMode: boolean;
  readonly botUsername: string;
  readonly prices: Prices;
  /** Faces are measured: the consent says so. */
  readonly faces: boolean;
  /** Browsers reach the buckets: links to pictures are offered. */
  readonly links: boolean;
  /** The largest file that Telegram hands to us, in bytes. */
  readonly fileLimit: number;
  /** Steps of a training of each preset, and minutes that it is said to take. */
  readonly presets: Readonly<
    Record<AvatarKind, Readonly<Record<string, { minutes: number; steps: number }>>>
  >;
}

/** Throws a sentence for the operator when a configured model is none. */
export function botSettings(config: {
  readonly fal: Pick<FalConfig, 'testMode' | 'models'>;
  readonly telegram: Pick<TelegramConfig, 'apiRoot' | 'botUsername'>;
  readonly prices: Prices;
  readonly storage: Pick<StorageConfig, 'publicEndpoint'>;
  readonly photos: Pick<PhotoRules, 'faces'>;
}): BotSettings {
  const presetsOf = (kind: AvatarKind) => trainerFor(kind, config.fal.models).presets;
  return {
    testMode: config.fal.testMode,
    botUsername: config.telegram.botUsername ?? '',
    prices: config.prices,
    faces: config.photos.faces,
    links: Boolean(config.storage.publicEndpoint),
    fileLimit: downloadLimit(config.telegram.apiRoot),
    presets: { portrait: presetsOf('portrait'), style: presetsOf('style') },
  };
}
