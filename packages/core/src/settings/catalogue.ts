import { ASPECT_NAMES } from '@aisha/db';
import { z } from 'zod';

const isTimeZone = (name: string): boolean => {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** Where times are of whom nobody asked: most who write live in Kazakhstan. */
export const HOME_ZONE = 'Asia/Almaty';

/** Days; null: until their owner deletes them. Ten years are as good as that. */
const days = z.int().min(1).max(3_650).nullable().catch(null);

/**
 * Every setting of a person, with what holds as long as nobody chose (`catch`, which is also what becomes of a value that
 * cannot be read). Another one is a row here, its choices in `bot/settings/choices.ts` and its words in the texts. The
 * language that they read stands in the user's own columns (`users.language`): it is known before anybody chose.
 */
export const SETTINGS = z.object({
  /** IANA's name. Null: nobody asked them yet; times are shown for Kazakhstan. */
  timeZone: z.string().refine(isTimeZone).nullable().catch(null),
  /** Of their documents: a code, or the name that somebody wrote; null: the language that they read. */
  documentLanguage: z.string().min(1).max(60).nullable().catch(null),
  /** What they speak in recordings, ISO 639-1; null: whatever the recogniser hears. */
  speechLanguage: z
    .string()
    .regex(/^[a-z]{2}$/)
    .nullable()
    .catch(null),
  /** Whether speakers are told apart; null: where it makes sense. */
  speakers: z.boolean().nullable().catch(null),
  /** Nothing is kept of what they order once it was delivered. */
  incognito: z.boolean().catch(false),
  /** Personal data is masked before a text model sees it; null: as the operators set it. */
  masking: z.boolean().nullable().catch(null),
  /** How long recordings with their texts and documents are kept, and pictures. */
  keepRecordings: days,
  keepImages: days,
  /** `silent`: what is told comes without a sound. */
  notifications: z.enum(['sound', 'silent']).catch('sound'),
  /** Whether they want to be told of news by the operators. */
  news: z.boolean().catch(true),
  /** What a new picture begins with. */
  imageAspect: z.enum(ASPECT_NAMES).catch('1:1'),
  imageCount: z.int().min(1).max(4).catch(1),
});

export type Settings = Readonly<z.output<typeof SETTINGS>>;
export type SettingName = keyof Settings;
export const SETTING_NAMES = SETTINGS.keyof().options;
