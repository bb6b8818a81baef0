import { badRequest, modelNotFound } from './errors.ts';

export type ModelUse = 'text' | 'speech' | 'moderation' | 'other';
export type SpeechFormatName = 'json' | 'text' | 'srt' | 'vtt' | 'verbose_json' | 'diarized_json';

export interface SpeechAbilities {
  formats: readonly SpeechFormatName[];
  /** The `.oga` that Telegram calls voice notes is taken by Whisper alone. */
  oga: boolean;
  /** Longest audio in seconds, or null when no cap is known. */
  longest: number | null;
  streams: boolean;
  logprobs: boolean;
  prompt: boolean;
  usage: 'tokens' | 'duration';
  diarizes: boolean;
  /** Tells `languages`, and takes `languages[]` and `keywords[]`. */
  languages: boolean;
}

export interface ModelRow {
  id: string;
  use: ModelUse;
  /** ISO date on which it ends (or ended). */
  shutdown: string | null;
  /** Takes `max_completion_tokens` and the default temperature only. */
  reasoning: boolean;
  contextTokens: number;
  speech?: SpeechAbilities;
}

const text = (shutdown: string | null, reasoning: boolean, ...ids: string[]): ModelRow[] =>
  ids.map((id) => ({ id, use: 'text', shutdown, reasoning, contextTokens: reasoning ? 272_000 : 128_000 }));

const speech = (shutdown: string | null, abilities: Partial<SpeechAbilities>, ...ids: string[]): ModelRow[] =>
  ids.map((id) => ({
    id,
    use: 'speech',
    shutdown,
    reasoning: false,
    contextTokens: 16_000,
    speech: {
      formats: ['json', 'text'],
      oga: false,
      longest: null,
      streams: true,
      logprobs: false,
      prompt: true,
      usage: 'tokens',
      diarizes: false,
      languages: false,
      ...abilities,
    },
  }));

const other = (use: ModelUse, shutdown: string | null, ...ids: string[]): ModelRow[] =>
  ids.map((id) => ({ id, use, shutdown, reasoning: false, contextTokens: 32_000 }));

const SPEECH_END = '2027-02-26';
const ROWS: readonly ModelRow[] = [
  ...text(null, true, 'gpt-6-astra', 'gpt-6.1-sol', 'gpt-6.1-terra', 'gpt-6-sol', 'gpt-6-luna'),
  ...text(
    null,
    true,
    'gpt-5.6-sol',
    'gpt-5.6-terra',
    'gpt-5.6-luna',
    'gpt-5.5',
    'gpt-5.4',
    'gpt-5.4-mini',
    'gpt-5.2',
  ),
  ...text('2027-04-01', true, 'gpt-5.4-nano', 'gpt-5.4-nano-2026-03-17', 'gpt-5.1', 'gpt-5.1-2025-11-13'),
  ...text('2027-01-14', false, 'gpt-4o', 'gpt-4o-2024-11-20', 'gpt-4o-2024-08-06', 'gpt-4o-mini'),
  ...text('2027-01-14', false, 'gpt-4o-mini-2024-07-18', 'gpt-4.1', 'gpt-4.1-2025-04-14', 'gpt-4.1-mini'),
  ...text('2027-01-14', false, 'gpt-4.1-mini-2025-04-14'),
  ...text(
    '2026-12-11',
    true,
    'gpt-5',
    'gpt-5-mini',
    'gpt-5-nano',
    'gpt-5-2025-08-07',
    'gpt-5-mini-2025-08-07',
  ),
  ...text('2026-12-11', true, 'gpt-5-nano-2025-08-07', 'o3', 'o3-2025-04-16'),
  ...text('2026-10-23', true, 'o4-mini', 'o1', 'o3-mini'),
  ...text('2026-10-23', false, 'gpt-4.1-nano', 'gpt-4-turbo', 'gpt-4', 'gpt-3.5-turbo'),
  ...text('2026-08-10', false, 'gpt-5.3-chat-latest', 'gpt-5.2-chat-latest'),
  ...text('2026-07-23', false, 'gpt-5.1-chat-latest', 'gpt-5-chat-latest'),
  ...text('2026-07-23', false, 'gpt-4o-search-preview', 'gpt-4o-mini-search-preview'),
  ...text('2026-07-23', true, 'gpt-5.1-codex'),
  ...speech(null, { usage: 'duration', languages: true }, 'gpt-transcribe'),
  ...speech(
    SPEECH_END,
    { logprobs: true, longest: 1400 },
    'gpt-4o-transcribe',
    'gpt-4o-mini-transcribe',
    'gpt-4o-mini-transcribe-2025-12-15',
  ),
  ...speech(
    SPEECH_END,
    { formats: ['json', 'text', 'diarized_json'], longest: 1400, prompt: false, diarizes: true },
    'gpt-4o-transcribe-diarize',
  ),
  ...speech(
    SPEECH_END,
    { formats: ['json', 'text', 'srt', 'verbose_json', 'vtt'], oga: true, streams: false, usage: 'duration' },
    'whisper-1',
  ),
  ...other('other', null, 'gpt-live-transcribe'),
  ...other('other', '2026-12-01', 'gpt-image-1.5', 'gpt-image-1-mini'),
  ...other('other', '2027-01-06', 'tts-1', 'gpt-4o-mini-tts'),
  ...other('other', '2027-01-20', 'gpt-audio-mini'),
  ...other('moderation', null, 'omni-moderation-latest', 'omni-moderation-2024-09-26'),
];

const BY_ID = new Map(ROWS.map((row) => [row.id, row]));

/** A model is gone from the beginning of its last day (UTC). */
const isAlive = (row: ModelRow, now: Date): boolean =>
  row.shutdown === null || now.getTime() < Date.parse(`${row.shutdown}T00:00:00Z`);

export function listModels(now: Date): ModelRow[] {
  return ROWS.filter((row) => isAlive(row, now));
}

/** The model as the list tells it. */
export function modelObject(row: ModelRow): object {
  return {
    id: row.id,
    object: 'model',
    created: 1_700_000_000 + ROWS.indexOf(row) * 86_400,
    owned_by: 'system',
    shutdown_date: row.shutdown,
  };
}

export function findModel(id: string, now: Date): ModelRow {
  const row = BY_ID.get(id);
  if (!row || !isAlive(row, now)) throw modelNotFound(id);
  return row;
}

/** The model of a request: there, alive, and made for this route. */
export function modelFor(use: ModelUse, id: unknown, now: Date): ModelRow {
  if (typeof id !== 'string' || id === '') {
    throw badRequest('you must provide a model parameter', 'model');
  }
  const row = findModel(id, now);
  if (row.use === use) return row;
  const route = {
    text: 'chat/completions',
    speech: 'audio/transcriptions',
    moderation: 'moderations',
    other: 'other',
  }[use];
  throw badRequest(
    `The model '${id}' is not supported in the v1/${route} endpoint.`,
    'model',
    'unsupported_model',
  );
}
