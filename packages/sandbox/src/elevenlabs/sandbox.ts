import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type DecodedSpeech, decodeSpeech } from '../speech/decode.ts';
import { FfmpegError } from '../speech/ffmpeg.ts';
import { scribeTranscript } from '../speech/scribe.ts';
import { readForm, type SpeechForm } from './form.ts';

/** The key that is accepted unless another is given. Made up: it opens nothing but the stand-in. */
export const SANDBOX_ELEVENLABS_KEY = 'sk_sandbox_elevenlabs_0123456789';

export type ElevenLabsFault =
  | {
      readonly kind:
        | 'reset'
        | 'stall'
        | 'hang'
        | 'nonsense'
        | 'unpaid'
        | 'bad_key'
        | 'old_bad_key'
        | 'country';
    }
  | { readonly kind: 'busy'; readonly retryAfter: number }
  | { readonly kind: 'server_error' };

export interface ElevenLabsOptions {
  readonly port?: number;
  readonly key?: string;
  readonly msPerAudioMinute?: number;
  /** Slots of the account; a file takes min(4, ceil(seconds / 480)). */
  readonly concurrency?: number;
  /** `language_code` of three letters or of two. */
  readonly letters?: 2 | 3;
  /** Words without `start` and `end`, which the vendor's schema allows. */
  readonly untimed?: boolean;
}

export interface ElevenLabsRequest {
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly fileName: string | null;
  readonly seconds: number | null;
  readonly status: number;
}

export interface ElevenLabsSandbox {
  /** As ELEVENLABS_URL takes it. */
  readonly url: string;
  addFault(fault: ElevenLabsFault, times?: number): void;
  clearFaults(): void;
  requests(): readonly ElevenLabsRequest[];
  close(): Promise<void>;
}

class Refusal extends Error {
  readonly status: number;
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, detail: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`refused with ${status}`);
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

const told = (
  status: number,
  type: string,
  code: string,
  message: string,
  headers?: Record<string, string>,
) => new Refusal(status, { type, code, message, status: code, request_id: randomUUID() }, headers);
const invalid = (field: string, msg: string) =>
  new Refusal(422, [{ loc: ['body', field], msg, type: 'value_error' }]);

/** The container's own first bytes; what is none of these is refused before anything is decoded. */
const MODELS = ['scribe_v2', 'scribe_v2_medical'];
const FIELDS = new Set([
  'model_id',
  'source_url',
  'cloud_storage_url',
  'language_code',
  'diarize',
  'num_speakers',
  'diarization_threshold',
  'timestamps_granularity',
  'tag_audio_events',
  'keyterms',
  'no_verbatim',
  'file_format',
  'temperature',
  'seed',
  'use_multi_channel',
  'webhook',
  'webhook_id',
  'webhook_metadata',
  'additional_formats',
]);
const SLOT_S = 480;
const LONGEST_S = 36_000;

/** Starts the stand-in of ElevenLabs' speech to text: synchronous calls, and stored transcripts. */
export async function startElevenLabsSandbox(options: ElevenLabsOptions = {}): Promise<ElevenLabsSandbox> {
  const key = options.key ?? SANDBOX_ELEVENLABS_KEY;
  const slots = options.concurrency ?? 60;
  const closing = new AbortController();
  const requests: ElevenLabsRequest[] = [];
  const transcripts = new Map<string, object>();
  let faults: { fault: ElevenLabsFault; times: number }[] = [];
  let taken = 0;

  const nextFault = (): ElevenLabsFault | null => {
    const [first] = faults;
    if (!first) return null;
    first.times -= 1;
    if (first.times <= 0) faults = faults.slice(1);
    return first.fault;
  };

  async function convert(form: SpeechForm) {
    check(form);
    const one = (name: string) => form.fields.get(name)?.[0];
    const speech = await listen(form);
    const needed = Math.min(4, Math.max(1, Math.ceil(speech.duration / SLOT_S)));
    if (taken + needed > slots)
      throw told(429, 'rate_limit_error', 'concurrent_limit_exceeded', 'Too many concurrent requests', {
        'retry-after': '1',
      });
    taken += needed;
    try {
      const ms = (speech.duration / 60) * (options.msPerAudioMinute ?? 0);
      if (ms > 0) await delay(ms, undefined, { signal: closing.signal });
    } finally {
      taken -= needed;
    }
    const id = randomUUID();
    const answer = {
      ...scribeTranscript(speech, {
        diarize: one('diarize') === 'true',
        events: one('tag_audio_events') !== 'false',
        logprob: true,
        times: options.untimed !== true && one('timestamps_granularity') !== 'none',
        letters: options.letters ?? 3,
      }),
      transcription_id: id,
      audio_duration_secs: speech.duration,
    };
    transcripts.set(id, answer);
    return { seconds: speech.duration, body: answer };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const stored = /^\/v1\/speech-to-text\/transcripts\/([\w-]+)$/.exec(path)?.[1];
    const answer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'request-id': randomUUID(), ...headers })
        .end(JSON.stringify(body));
    let form: SpeechForm | null = null;
    let seconds: number | null = null;
    let status = 200;
    try {
      if (request.headers['xi-api-key'] !== key)
        throw told(401, 'authentication_error', 'invalid_api_key', 'Invalid API key');
      if (stored !== undefined) return answerStored(request, stored, answer);
      if (path !== '/v1/speech-to-text' || request.method !== 'POST')
        throw told(404, 'not_found', 'not_found', 'Not Found');
      form = await readForm(request);
      const fault = nextFault();
      if (fault?.kind === 'hang') return;
      if (fault?.kind === 'reset') return void request.socket.resetAndDestroy();
      const refusal = fault && refusalOf(fault);
      if (refusal) throw refusal;
      const made = await convert(form);
      seconds = made.seconds;
      if (fault?.kind === 'nonsense') return void answer(200, { message: 'processing' });
      if (fault?.kind === 'stall') return void response.writeHead(200).write('{"language_code":"rus","te');
      answer(200, made.body);
    } catch (error) {
      if (closing.signal.aborted || request.socket.destroyed) return;
      const known =
        error instanceof Refusal
          ? error
          : told(500, 'internal_error', 'internal_error', 'Something went wrong');
      status = known.status;
      request.resume();
      answer(known.status, { detail: known.detail }, known.headers);
    } finally {
      if (form)
        requests.push({
          fields: Object.fromEntries(form.fields),
          fileName: form.file?.name ?? null,
          seconds,
          status,
        });
      await form?.discard();
    }
  }

  function answerStored(
    request: IncomingMessage,
    id: string,
    answer: (status: number, body: unknown) => void,
  ): void {
    const found = transcripts.get(id);
    if (!found) throw told(404, 'not_found', 'transcript_not_found', 'Transcript not found');
    if (request.method === 'DELETE') transcripts.delete(id);
    answer(200, request.method === 'DELETE' ? { message: 'deleted' } : found);
  }

  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    addFault: (fault, times = 1) => void faults.push({ fault, times }),
    clearFaults: () => {
      faults = [];
    },
    requests: () => requests,
    async close() {
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function refusalOf(fault: ElevenLabsFault): Refusal | null {
  switch (fault.kind) {
    case 'unpaid':
      return told(402, 'payment_required', 'insufficient_credits', 'You have 0 credits remaining');
    case 'bad_key':
      return told(401, 'authentication_error', 'invalid_api_key', 'Invalid API key');
    case 'old_bad_key':
      return new Refusal(401, { status: 'invalid_api_key', message: 'Invalid API key' });
    case 'country':
      return told(403, 'authorization_error', 'forbidden', 'Not available in your country or region');
    case 'busy':
      return told(429, 'rate_limit_error', 'system_busy', 'The system is busy', {
        'retry-after': String(fault.retryAfter),
      });
    case 'server_error':
      return told(500, 'internal_error', 'internal_error', 'Internal error');
    case 'reset':
    case 'stall':
    case 'hang':
    case 'nonsense':
      return null;
    default:
      return fault satisfies never;
  }
}

function check({ fields, file }: SpeechForm): void {
  const unknown = [...fields.keys()].find((name) => !FIELDS.has(name));
  if (unknown !== undefined) throw invalid(unknown, 'Extra inputs are not permitted');
  const model = fields.get('model_id')?.[0];
  if (model === undefined) throw invalid('model_id', 'Field required');
  if (!MODELS.includes(model))
    throw told(400, 'validation_error', 'unsupported_model', `Model ${model} is not supported`);
  const sources = [file, fields.get('source_url'), fields.get('cloud_storage_url')].filter(
    (source) => source !== null && source !== undefined,
  );
  if (sources.length !== 1 || !file)
    throw invalid('file', 'Exactly one of file, source_url, cloud_storage_url');
  const language = fields.get('language_code')?.[0];
  if (language !== undefined && !/^[a-z]{2,3}$/.test(language))
    throw invalid('language_code', 'Unknown language');
  const terms = fields.get('keyterms') ?? [];
  if (terms.length > 1_000) throw invalid('keyterms', 'At most 1000 keyterms');
  for (const term of terms)
    if (term.length >= 50 || term.split(/\s+/).length > 5 || /[<>{}[\]\\]/.test(term))
      throw invalid('keyterms', 'A keyterm is too long or holds a character that is not allowed');
}

async function listen({ file }: SpeechForm): Promise<DecodedSpeech> {
  try {
    const speech = await decodeSpeech(file?.path ?? '');
    if (speech.duration > LONGEST_S)
      throw told(400, 'validation_error', 'audio_too_long', 'Audio is too long');
    if (speech.duration < 0.1) throw told(400, 'validation_error', 'audio_too_short', 'Audio is too short');
    return speech;
  } catch (error) {
    if (error instanceof FfmpegError)
      throw told(400, 'validation_error', 'invalid_audio', 'The audio file could not be decoded');
    throw error;
  }
}
