import { checkFile, hear } from './audio.ts';
import type { Fault } from './faults.ts';
import { badRequest } from './errors.ts';
import { isKnownLanguage } from './languages.ts';
import { type ModelRow, type SpeechAbilities, type SpeechFormatName } from './models.ts';
import { type Reply, type RouteContext, sseData } from './reply.ts';
import { knownSpeakers } from './speakers.ts';
import { hallucination, scripted, transcribe, type Transcript, truncated } from './transcript.ts';
import {
  diarizedSegment,
  type FormatOptions,
  formatTranscript,
  languagesOf,
  logprobsOf,
  usageOf,
} from './transcript-formats.ts';
import type { Form } from './upload.ts';

const FORMATS: readonly SpeechFormatName[] = ['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'];

interface Parameters {
  language: string | null;
  prompt: string;
  format: SpeechFormatName;
  temperature: number;
  granularities: string[];
  logprobs: boolean;
  stream: boolean;
  chunked: boolean;
}

export async function answerTranscription(
  form: Form,
  model: ModelRow,
  fault: Fault | null,
  context: RouteContext,
): Promise<Reply> {
  const abilities = model.speech;
  const file = form.file;
  if (!abilities) throw badRequest('not a speech model', 'model');
  if (!file) throw badRequest("Missing required parameter: 'file'.", 'file', 'missing_required_parameter');
  const parameters = readParameters(form.fields, model.id, abilities);
  checkFile(file, model);
  const speakerNames = abilities.diarizes
    ? await knownSpeakers(
        form.fields.get('known_speaker_names') ?? [],
        form.fields.get('known_speaker_references') ?? [],
      )
    : new Map<string, string>();
  const speech = await hear(file, model, parameters.chunked);
  context.heardSeconds(speech.duration);
  const asked = parameters.language;
  let transcript: Transcript = transcribe(speech, asked);
  const script = context.scripts.transcript({ sha256: file.sha256, name: file.name });
  if (script !== null) transcript = scripted(script, speech.duration, asked);
  if (fault?.kind === 'hallucinate') {
    transcript = scripted(fault.text ?? hallucination(asked), speech.duration, asked);
  }
  if (fault?.kind === 'truncate') transcript = truncated(transcript, fault.share);
  if (fault?.kind === 'empty') transcript = scripted('', speech.duration, asked);
  await context.pause((speech.duration / 60) * context.msPerAudioMinute);

  const options: FormatOptions = {
    granularities: parameters.granularities,
    logprobs: parameters.logprobs,
    tellsLanguages: abilities.languages,
    temperature: parameters.temperature,
    usage: usageOf(abilities.usage, speech.duration, transcript.text, parameters.prompt),
    speakerNames,
  };
  if (parameters.stream && abilities.streams) {
    return { kind: 'events', events: streamOf(transcript, parameters.format, options) };
  }
  const body = formatTranscript(transcript, parameters.format, options);
  return typeof body === 'string'
    ? { kind: 'text', status: 200, contentType: 'text/plain; charset=utf-8', text: body }
    : { kind: 'json', status: 200, body };
}

function readParameters(fields: Form['fields'], model: string, abilities: SpeechAbilities): Parameters {
  const one = (name: string): string | undefined => fields.get(name)?.[0];
  const format = readFormat(one('response_format') ?? 'json', model, abilities);
  const granularities = fields.get('timestamp_granularities') ?? [];
  for (const granularity of granularities) {
    if (granularity !== 'word' && granularity !== 'segment') {
      throw badRequest(
        `Invalid value: '${granularity}'. Supported values are: 'word' and 'segment'.`,
        'timestamp_granularities[]',
        'invalid_value',
      );
    }
  }
  if (granularities.length > 0 && format !== 'verbose_json') {
    throw badRequest(
      "timestamp_granularities is only supported with response_format 'verbose_json'.",
      'timestamp_granularities[]',
      'unsupported_value',
    );
  }
  const include = fields.get('include') ?? [];
  if (include.some((name) => name !== 'logprobs')) {
    throw badRequest(
      "Invalid value for include. Supported values are: 'logprobs'.",
      'include[]',
      'invalid_value',
    );
  }
  const logprobs = include.length > 0;
  if (logprobs && (!abilities.logprobs || format !== 'json')) {
    throw badRequest(
      `include 'logprobs' is not supported with model '${model}' and response_format '${format}'.`,
      'include[]',
      'unsupported_value',
    );
  }
  const prompt = one('prompt') ?? '';
  if (prompt !== '' && !abilities.prompt) {
    throw badRequest(`prompt is not supported with model '${model}'.`, 'prompt', 'unsupported_value');
  }
  const temperature = Number(one('temperature') ?? 0);
  if (!(temperature >= 0 && temperature <= 1)) {
    throw badRequest('temperature must be between 0 and 1', 'temperature', 'invalid_value');
  }
  return {
    language: readLanguage(fields, abilities),
    prompt,
    format,
    temperature,
    granularities,
    logprobs,
    stream: one('stream') === 'true',
    chunked: readChunking(fields),
  };
}

function readFormat(asked: string, model: string, abilities: SpeechAbilities): SpeechFormatName {
  const format = FORMATS.find((name) => name === asked);
  if (format === undefined) {
    const list = FORMATS.map((name) => `'${name}'`).join(', ');
    throw badRequest(
      `Invalid value: '${asked}'. Supported values are: ${list}.`,
      'response_format',
      'invalid_value',
    );
  }
  if (abilities.formats.includes(format)) return format;
  const usable = abilities.formats.map((name) => `'${name}'`).join(' or ');
  throw badRequest(
    `response_format '${format}' is not compatible with model '${model}-api-ev3'. Use ${usable} instead.`,
    'response_format',
    'unsupported_value',
  );
}

/** The language that was asked for; `language` does nothing on gpt-transcribe, `languages[]` nothing elsewhere. */
function readLanguage(fields: Form['fields'], abilities: SpeechAbilities): string | null {
  const name = abilities.languages ? 'languages' : 'language';
  const asked = (fields.get(name) ?? []).filter((code) => code !== '');
  for (const code of asked) {
    if (!isKnownLanguage(code)) {
      throw badRequest(
        `Invalid language '${code}'. Language parameter must be specified in ISO-639-1 format.`,
        name,
        'invalid_language_format',
      );
    }
  }
  return asked.length === 1 ? (asked[0] ?? null) : null;
}

function readChunking(fields: Form['fields']): boolean {
  const plain = fields.get('chunking_strategy')?.[0];
  const type = fields.get('chunking_strategy[type]')?.[0];
  if (plain === undefined && type === undefined) return false;
  const threshold = Number(fields.get('chunking_strategy[threshold]')?.[0] ?? 0.5);
  if (
    (plain ?? 'auto') !== 'auto' ||
    (type ?? 'server_vad') !== 'server_vad' ||
    !(threshold >= 0 && threshold <= 1)
  ) {
    throw badRequest(
      'Invalid chunking_strategy. Use \'auto\' or {"type": "server_vad"}.',
      'chunking_strategy',
      'invalid_value',
    );
  }
  return true;
}

/** Server-sent events of a transcription; they end without `[DONE]`. */
function* streamOf(
  transcript: Transcript,
  format: SpeechFormatName,
  options: FormatOptions,
): Generator<string> {
  const logprobs = (text: string): object => (options.logprobs ? { logprobs: logprobsOf(text) } : {});
  if (format === 'diarized_json') {
    for (const [n, segment] of transcript.segments.entries()) {
      const told = diarizedSegment(segment, n, options.speakerNames);
      const delta = n === 0 ? segment.text : ` ${segment.text}`;
      yield sseData({ type: 'transcript.text.delta', delta, segment_id: told.id });
      yield sseData(told);
    }
  } else {
    for (const delta of transcript.text.match(/\s*\S+(?:\s+\S+){0,3}/gu) ?? []) {
      yield sseData({ type: 'transcript.text.delta', delta, ...logprobs(delta) });
    }
  }
  yield sseData({
    type: 'transcript.text.done',
    text: transcript.text,
    ...(options.tellsLanguages ? { languages: languagesOf(transcript) } : {}),
    ...logprobs(transcript.text),
    usage: options.usage,
  });
}
