/**
 * How people use Aisha, as far as the operator of a bot of this kind would expect; every number is a guess that stands here to
 * be put right. Of a person on a day on which they come.
 */
export const MODEL = {
  /** Commands, words and presses that are answered at once. */
  words: 6,
  voices: 0.5,
  /** A document over a text that was just recognised. */
  documents: 0.2,
  /** Without an avatar, one picture each. */
  pictures: 0.6,
  /** An album of ten photos, and the training. */
  trainings: 0.01,
  /** Of a day's doings, what falls into its busiest hour. */
  busiestHour: 0.1,
  photosInAlbum: 10,
  /** Of the voices: which share has so many words. Half a second a word. */
  voiceWords: [
    { share: 0.6, words: 20 },
    { share: 0.3, words: 100 },
    { share: 0.1, words: 400 },
  ],
} as const;

export type Doing = 'words' | 'voices' | 'documents' | 'pictures' | 'trainings';
export const DOINGS: readonly Doing[] = ['words', 'voices', 'documents', 'pictures', 'trainings'];

/** How many of them begin in a second of the busiest hour of a day on which `users` come. */
export const perSecond = (doing: Doing, users: number): number =>
  (users * MODEL[doing] * MODEL.busiestHour) / 3_600;

/** For how many days rows of a table are kept; those that are not named stay. */
export const KEPT_DAYS: Readonly<Record<string, number>> = {
  telegram_updates: 3,
  notifications: 90,
  paid_calls: 40,
  group_messages: 180,
  recording_pieces: 1,
  document_sections: 1,
  questions: 1,
};
