import { toFile, type OpenAI } from 'openai';
import { z } from 'zod';
import type { Recognition, Speech } from '../recogniser/recogniser.ts';
import { withinDeadline } from './deadline.ts';
import { complainsAbout, openAiFailure } from './errors.ts';
import { speechModel, type SpeechModel } from './models.ts';

const TRANSCRIBE_DEADLINE_MS = 300_000;

const seconds = z.number().nonnegative();
const answerShape = z.looseObject({
  text: z.string(),
  language: z.string().nullish(),
  languages: z.array(z.looseObject({ code: z.string() })).nullish(),
  duration: z.coerce.number().nullish(),
  usage: z.looseObject({ type: z.string(), seconds: seconds.optional() }).nullish(),
  words: z.array(z.looseObject({ word: z.string(), start: seconds, end: seconds })).nullish(),
  segments: z
    .array(
      z.looseObject({
        text: z.string(),
        start: seconds,
        end: seconds,
        speaker: z.string().nullish(),
        no_speech_prob: z.number().nullish().catch(null),
        avg_logprob: z.number().nullish().catch(null),
        compression_ratio: z.number().nullish().catch(null),
      }),
    )
    .nullish(),
});

export async function transcribe(client: OpenAI, model: string, options: Speech): Promise<Recognition> {
  const abilities = speechModel(model);
  if (options.audio.length > abilities.biggestBytes) {
    const message = `${options.audio.length} bytes, the model takes ${abilities.biggestBytes}`;
    return { kind: 'refused', code: 'too-big', message };
  }
  try {
    return readAnswer(await send(client, model, abilities, options));
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): Recognition {
  const failed = openAiFailure(error);
  if (failed.kind === 'retry') return failed;
  const { code, message } = failed;
  return { kind: 'refused', code: code === 'bad-image' ? 'invalid' : code, message };
}

async function send(
  client: OpenAI,
  model: string,
  abilities: SpeechModel,
  options: Speech,
): Promise<unknown> {
  const file = await toFile(options.audio, speechFileName(options.fileName), { type: options.contentType });
  const attempt = async (language: string | undefined, format: SpeechModel['format']): Promise<unknown> =>
    await withinDeadline(options.signal, options.timeoutMs ?? TRANSCRIBE_DEADLINE_MS, async (request) => {
      const body = {
        model,
        file,
        ...(language === undefined ? {} : languageParameter(abilities, language)),
        ...(options.vocabulary === undefined || !abilities.prompt ? {} : { prompt: options.vocabulary }),
        ...formatParameters(format, abilities),
      };
      return await client.audio.transcriptions.create(body, request);
    });

  let { language } = options;
  let { format } = abilities;
  for (;;) {
    try {
      return await attempt(language, format);
    } catch (error) {
      // A hint that the model does not know is no reason to fail; nor is a compatible server with plain answers.
      if (language !== undefined && complainsAbout(error, /\blanguages?\b/)) language = undefined;
      else if (format !== 'json' && complainsAbout(error, /response_format|timestamp_granularities/))
        format = 'json';
      else throw error;
    }
  }
}

function languageParameter(abilities: SpeechModel, language: string) {
  return abilities.languageField === 'languages' ? { languages: [language] } : { language };
}

function formatParameters(format: SpeechModel['format'], abilities: SpeechModel) {
  switch (format) {
    case 'verbose_json':
      return {
        response_format: format,
        timestamp_granularities: abilities.wordTimes
          ? (['word', 'segment'] as const).slice()
          : (['segment'] as const).slice(),
      };
    case 'diarized_json':
      // Required above 30 s.
      return { response_format: format, chunking_strategy: 'auto' as const };
    case 'json':
      break;
  }
  return { response_format: 'json' as const };
}

function readAnswer(answer: unknown): Recognition {
  const parsed = answerShape.safeParse(answer);
  if (!parsed.success) return { kind: 'retry', afterMs: null, why: 'unreadable answer' };
  const { text, words, segments, duration, usage } = parsed.data;
  const language = languageCode(parsed.data.language ?? parsed.data.languages?.[0]?.code);
  const durationS = duration ?? usage?.seconds;
  return {
    kind: 'ok',
    text: text.trim(),
    ...(language === null ? {} : { language }),
    ...(durationS === undefined || durationS === null ? {} : { durationS }),
    ...(words === undefined || words === null
      ? {}
      : { words: words.map(({ word, start, end }) => ({ text: word, start, end })) }),
    ...(segments === undefined || segments === null
      ? {}
      : {
          segments: segments.map((segment) => ({
            text: segment.text.trim(),
            start: segment.start,
            end: segment.end,
            ...(typeof segment.speaker === 'string' ? { speaker: segment.speaker } : {}),
            ...(typeof segment.no_speech_prob === 'number' ? { noSpeech: segment.no_speech_prob } : {}),
            ...(typeof segment.avg_logprob === 'number' ? { logLikelihood: segment.avg_logprob } : {}),
            ...(typeof segment.compression_ratio === 'number'
              ? { compression: segment.compression_ratio }
              : {}),
          })),
        }),
  };
}

/** Telegram calls voice notes `.oga`, which the newer models refuse though they read the same bytes as `.ogg`. */
export function speechFileName(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? '';
  if (!/\.[a-z0-9]+$/i.test(base)) return `${base === '' ? 'voice' : base}.ogg`;
  return base.replace(/\.(oga|opus)$/i, '.ogg');
}

/** Whisper names languages in English ("russian"), others by code. */
function languageCode(language: string | null | undefined): string | null {
  if (language === undefined || language === null || language === '') return null;
  const word = language.toLowerCase();
  return /^[a-z]{2,3}$/.test(word) ? word : (languagesByName.get(word) ?? null);
}

/** English names of the two-letter codes, for Whisper's answers. */
const languagesByName: ReadonlyMap<string, string> = (() => {
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index));
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  return new Map(codes.map((code) => [names.of(code)?.toLowerCase() ?? '', code]));
})();
