import type { ElevenLabsConfig } from '@aisha/config';
import { withDeadline } from '@aisha/service';
import { z } from 'zod';
import type { Observers } from '../observe.ts';
import { seenBy } from '../openai/seen.ts';
import { speechFileName } from '../openai/transcribe.ts';
import { retryAfterMs, transportFailure } from '../transport.ts';
import { KNOWN_LANGUAGES, threeLetters } from './language.ts';
import type { Recogniser, Recognition, Speech, SpeechRefusal } from './recogniser.ts';
import { readScribe } from './scribe-answer.ts';
import { keyterms } from './vocabulary.ts';

const DEADLINE_MS = 300_000;

/** Its API reference says 5 GB, its page on abilities 3 GB; the pieces of a recording are far below. */
const BIGGEST_BYTES = 1024 * 1024 * 1024;

/** Days on which models end, by its changelog. */
const ENDS: Readonly<Record<string, string>> = { scribe_v1: '2026-07-09' };

/**
 * ElevenLabs' Scribe: words with times, speakers and how sure it is, names and terms to expect, Russian and Kazakh in one
 * recording. With plain fetch: its own client drops single values of lists silently and repeats calls that may be billed.
 */
export function elevenLabs({ apiKey, url, model }: ElevenLabsConfig, observers: Observers): Recogniser {
  const seen = seenBy('elevenlabs', observers);
  const can = {
    times: 'words',
    speakers: true,
    languages: KNOWN_LANGUAGES,
    vocabulary: true,
    longestAudioS: 10 * 3_600,
    biggestBytes: BIGGEST_BYTES,
    // $0.22 an hour; with keyterms a fifth more.
    usdPerMinute: 0.22 / 60,
    endsOn: ENDS[model] ?? null,
  } as const;
  return {
    name: 'elevenlabs',
    provider: 'elevenlabs',
    model,
    can,
    async transcribe(speech) {
      const answer = await seen('transcribe', model, () => ask({ apiKey, url, model }, speech));
      if (answer.kind === 'ok' && answer.durationS !== undefined)
        observers.metrics?.providerCostUsd.inc(
          { provider: 'elevenlabs', model },
          (answer.durationS / 60) * can.usdPerMinute,
        );
      return answer;
    },
  };
}

async function ask({ apiKey, url, model }: ElevenLabsConfig, speech: Speech): Promise<Recognition> {
  if (speech.audio.length > BIGGEST_BYTES)
    return {
      kind: 'refused',
      code: 'too-big',
      message: `${speech.audio.length} bytes, the model takes ${BIGGEST_BYTES}`,
    };
  const { signal } = speech;
  // Encoded before it is sent: its length is known, and a stream of it, given up in the middle, throws where nobody catches.
  const encoded = new Response(form(model, speech));
  const content = Buffer.from(await encoded.arrayBuffer());
  try {
    const response = await fetch(`${url}/v1/speech-to-text`, {
      method: 'POST',
      headers: {
        'xi-api-key': apiKey,
        accept: 'application/json',
        'content-type': encoded.headers.get('content-type') ?? '',
      },
      body: content,
      // A followed redirect could be a second bill, and the key in other hands.
      redirect: 'error',
      signal: withDeadline(signal, speech.timeoutMs ?? DEADLINE_MS),
    });
    const body = json(await response.text());
    if (response.ok) return readScribe(body) ?? { kind: 'retry', afterMs: null, why: 'unreadable answer' };
    return failure(response, body);
  } catch (error) {
    return { kind: 'retry', afterMs: null, why: transportFailure(error, signal).why };
  }
}

function form(
  model: string,
  { audio, fileName, contentType, language, vocabulary, speakers }: Speech,
): FormData {
  const body = new FormData();
  const told = language === undefined ? null : threeLetters(language);
  body.set('model_id', model);
  body.set('file', new Blob([new Uint8Array(audio)], { type: contentType }), speechFileName(fileName));
  body.set('timestamps_granularity', 'word');
  body.set('diarize', String(speakers !== false));
  // "(laughter)" is nothing that anybody said.
  body.set('tag_audio_events', 'false');
  if (told !== null) body.set('language_code', told);
  for (const term of keyterms(vocabulary ?? [], 1_000)) body.append('keyterms', term);
  return body;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const detail = z.looseObject({
  type: z.string().catch(''),
  code: z.string().catch(''),
  status: z.string().catch(''),
  message: z.string().catch(''),
});
/** The new body, the old one, and FastAPI's list of what is not valid. */
const said = z.looseObject({
  detail: z.union([
    detail,
    z.array(z.looseObject({ msg: z.string().catch('') })).transform((list) => ({
      type: '',
      code: '',
      status: '',
      message: list.map(({ msg }) => msg).join('; '),
    })),
    z.string().transform((message) => ({ type: '', code: '', status: '', message })),
  ]),
});
const NOTHING_SAID = { type: '', code: '', status: '', message: '' };

function failure(response: Response, body: unknown): Recognition {
  const { status } = response;
  const told = said.safeParse(body).data?.detail ?? NOTHING_SAID;
  const words = [told.type, told.code, told.status].filter((word) => word !== '');
  const heals = status === 408 || status === 409 || status === 429 || status >= 500;
  // An empty balance has been told with 401 and 429, too.
  if (heals && !words.some((word) => ACCOUNT.has(word)))
    return { kind: 'retry', afterMs: retryAfterMs(response.headers), why: `HTTP ${status}` };
  return { kind: 'refused', code: refusal(status, words, told.message), message: told.message.slice(0, 300) };
}

const ACCOUNT: ReadonlySet<string> = new Set([
  'payment_required',
  'insufficient_credits',
  'quota_exceeded',
  'paid_plan_required',
  'invalid_api_key',
  'missing_api_key',
  'authentication_error',
  'detected_unusual_activity',
]);
const MODEL: ReadonlySet<string> = new Set([
  'unsupported_model',
  'model_not_found',
  'model_access_denied',
  'insufficient_permissions',
  'authorization_error',
]);

function refusal(status: number, words: readonly string[], message: string): SpeechRefusal {
  if (/country|region|territory|location/i.test(message) && status === 403) return 'country';
  if (status === 401 || status === 402 || words.some((word) => ACCOUNT.has(word))) return 'account';
  if (status === 403 || status === 404 || words.some((word) => MODEL.has(word))) return 'model';
  if (status === 413) return 'too-big';
  if (words.includes('audio_too_long') || /too long/i.test(message)) return 'too-long';
  if (words.includes('audio_too_short') || /too short/i.test(message)) return 'too-short';
  return /audio|file|decode|corrupt/i.test(message) ? 'bad-audio' : 'invalid';
}
