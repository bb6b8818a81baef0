import { z } from 'zod';
import type { Recognition, Speech, SpokenSegment } from '../recogniser/recogniser.ts';
import { withinDeadline } from './deadline.ts';
import { complainsAbout, openAiFailure } from './errors.ts';
import type { OpenAiLibrary } from './library.ts';
import type { SpeechModel } from './models.ts';

const TRANSCRIBE_DEADLINE_MS = 300_000;
/** A day and a bit: what is beyond it are nanoseconds, which LocalAI has told. */
const LONGEST_S = 100_000;

/** Some servers write numbers as texts. */
const number = z.union([z.number(), z.string().trim().min(1).transform(Number)]).pipe(z.number());
const figure = number.nullish().catch(null);
const seconds = number.pipe(z.number().nonnegative());

/** Only the text decides. Whatever else is of another form than documented is as good as absent. */
const answerShape = z.looseObject({
  text: z.string().nullish().catch(null),
  language: z.string().nullish().catch(null),
  languages: z
    .array(z.looseObject({ code: z.string() }))
    .nullish()
    .catch(null),
  duration: figure,
  usage: z.looseObject({ seconds: figure }).nullish().catch(null),
  words: z
    .array(
      z.looseObject({
        word: z.string(),
        start: seconds,
        end: seconds,
        speaker: z.string().nullish().catch(null),
        probability: figure,
      }),
    )
    .nullish()
    .catch(null),
  segments: z
    .array(
      z.looseObject({
        text: z.string(),
        start: seconds.nullish().catch(null),
        end: seconds.nullish().catch(null),
        speaker: z.string().nullish().catch(null),
        no_speech_prob: figure,
        avg_logprob: figure,
        compression_ratio: figure,
      }),
    )
    .nullish()
    .catch(null),
});
type Spoken = z.output<typeof answerShape>;

/** What a server turned out not to know; learned from its complaints, per model. */
interface SpeechDialect {
  /** `unsaid`: it knows no `response_format`. */
  readonly format: SpeechModel['format'] | 'unsaid';
  readonly granularities: boolean;
  readonly hints: SpeechModel['hints'];
  readonly refusedLanguages: ReadonlySet<string>;
}
export type SpeechDialects = Map<string, SpeechDialect>;

export async function transcribe(
  client: OpenAiLibrary,
  dialects: SpeechDialects,
  { model, abilities }: { readonly model: string; readonly abilities: SpeechModel },
  options: Speech,
): Promise<Recognition> {
  if (options.audio.length > abilities.biggestBytes) {
    const message = `${options.audio.length} bytes, the model takes ${abilities.biggestBytes}`;
    return { kind: 'refused', code: 'too-big', message };
  }
  const { format, hints } = abilities;
  const natural = { format, hints, granularities: true, refusedLanguages: new Set<string>() };
  for (;;) {
    const dialect = dialects.get(model) ?? natural;
    try {
      return readAnswer(await send(client, model, { abilities, dialect, options }));
    } catch (error) {
      const next = simpler(dialect, abilities, options, error);
      if (next === null) return failure(error);
      dialects.set(model, next);
    }
  }
}

/** A hint that the model does not know is no reason to fail; nor is a compatible server with plain answers. */
function simpler(
  dialect: SpeechDialect,
  { learned }: SpeechModel,
  { language, vocabulary }: Speech,
  error: unknown,
): SpeechDialect | null {
  const { format, granularities, hints, refusedLanguages } = dialect;
  if (language !== undefined && !refusedLanguages.has(language) && complainsAbout(error, /\blanguages?\b/))
    return { ...dialect, refusedLanguages: new Set([...refusedLanguages, language]) };
  if (format === 'verbose_json' && granularities && complainsAbout(error, /timestamp_granularit/))
    return { ...dialect, granularities: false };
  if (
    format !== 'unsaid' &&
    complainsAbout(error, /response_?format|verbose_json|diarized_json|chunking_strategy/)
  )
    return { ...dialect, format: plainer(format, learned) };
  if (hints !== 'none' && vocabulary !== undefined && complainsAbout(error, /\bprompt\b|\bkeywords\b/))
    return { ...dialect, hints: 'none' };
  return null;
}

/** Of vLLM's models some give times and others speakers. */
function plainer(format: SpeechDialect['format'], learned: boolean): SpeechDialect['format'] {
  if (format === 'json') return 'unsaid';
  return format === 'verbose_json' && learned ? 'diarized_json' : 'json';
}

function failure(error: unknown): Recognition {
  const failed = openAiFailure(error);
  if (failed.kind === 'retry') return failed;
  const { code, message } = failed;
  return { kind: 'refused', code: code === 'bad-image' ? 'invalid' : code, message };
}

async function send(
  client: OpenAiLibrary,
  model: string,
  {
    abilities,
    dialect,
    options,
  }: { readonly abilities: SpeechModel; readonly dialect: SpeechDialect; readonly options: Speech },
): Promise<unknown> {
  const { language, vocabulary } = options;
  const { toFile } = await import('openai');
  const file = await toFile(options.audio, speechFileName(options.fileName), { type: options.contentType });
  const body = {
    model,
    file,
    ...(language === undefined || dialect.refusedLanguages.has(language)
      ? {}
      : languageParameter(abilities, language)),
    ...hintParameters(dialect, vocabulary),
    // LocalAI tells speakers apart where it is told to; others do not know the field.
    ...(abilities.learned && options.speakers !== false ? { diarize: true } : {}),
    ...formatParameters(dialect, abilities),
  };
  return await withinDeadline(
    options.signal,
    options.timeoutMs ?? TRANSCRIBE_DEADLINE_MS,
    async (request) => await (await client()).audio.transcriptions.create(body, request),
  );
}

function hintParameters({ hints }: SpeechDialect, vocabulary: readonly string[] | undefined) {
  if (vocabulary === undefined || vocabulary.length === 0 || hints === 'none') return {};
  // Of `keywords` no effect is proven yet, of the prompt it is.
  return { prompt: vocabulary.join(', '), ...(hints === 'keywords' ? { keywords: [...vocabulary] } : {}) };
}

function languageParameter(abilities: SpeechModel, language: string) {
  return abilities.languageField === 'languages' ? { languages: [language] } : { language };
}

function formatParameters({ format, granularities }: SpeechDialect, abilities: SpeechModel) {
  switch (format) {
    case 'verbose_json':
      return {
        response_format: format,
        ...(granularities
          ? {
              timestamp_granularities: abilities.wordTimes
                ? (['word', 'segment'] as const).slice()
                : (['segment'] as const).slice(),
            }
          : {}),
      };
    case 'diarized_json':
      // Required above 30 s.
      return { response_format: format, chunking_strategy: 'auto' as const };
    case 'unsaid':
      return {};
    case 'json':
      break;
  }
  return { response_format: 'json' as const };
}

function readAnswer(answer: unknown): Recognition {
  const unreadable = { kind: 'retry', afterMs: null, why: 'unreadable answer' } as const;
  // Some give the bare text whatever they are asked for; a page is none.
  // Of silence a line without words comes; nothing at all is a gateway's.
  if (typeof answer === 'string')
    return answer === '' || /^\s*<(?:!doctype|html)/i.test(answer)
      ? unreadable
      : { kind: 'ok', text: answer.trim() };
  const parsed = answerShape.safeParse(answer);
  const text = parsed.data?.text ?? parsed.data?.segments?.map((segment) => segment.text.trim()).join(' ');
  if (parsed.data === undefined || text === undefined) return unreadable;
  const { words, duration, usage } = parsed.data;
  const language = languageCode(parsed.data.language ?? parsed.data.languages?.[0]?.code);
  const durationS = duration ?? usage?.seconds;
  const segments = timed(parsed.data);
  return {
    kind: 'ok',
    text: text.trim(),
    ...(language === null ? {} : { language }),
    ...(durationS === undefined || durationS === null ? {} : { durationS }),
    ...(words === undefined || words === null ? {} : { words: words.map(wordOf) }),
    ...(segments === null ? {} : { segments }),
  };
}

const wordOf = ({ word, start, end, speaker, probability }: NonNullable<Spoken['words']>[number]) => ({
  text: word.trim(),
  start: start / (end > LONGEST_S ? 1e9 : 1),
  end: end / (end > LONGEST_S ? 1e9 : 1),
  ...(typeof speaker === 'string' ? { speaker } : {}),
  ...(typeof probability === 'number' && probability >= 0 && probability <= 1
    ? { confidence: probability }
    : {}),
});

/** The segments, if every one has its times; without them they say nothing that the text does not. */
function timed({ segments }: Spoken): SpokenSegment[] | null {
  if (segments === undefined || segments === null) return null;
  const perSecond = segments.some(({ end }) => (end ?? 0) > LONGEST_S) ? 1e9 : 1;
  const all = segments.flatMap(({ start, end, ...segment }) =>
    typeof start !== 'number' || typeof end !== 'number'
      ? []
      : [
          {
            text: segment.text.trim(),
            start: start / perSecond,
            end: end / perSecond,
            ...(typeof segment.speaker === 'string' ? { speaker: segment.speaker } : {}),
            ...(typeof segment.no_speech_prob === 'number' ? { noSpeech: segment.no_speech_prob } : {}),
            ...(typeof segment.avg_logprob === 'number' ? { logLikelihood: segment.avg_logprob } : {}),
            ...(typeof segment.compression_ratio === 'number'
              ? { compression: segment.compression_ratio }
              : {}),
          },
        ],
  );
  return all.length === segments.length ? all : null;
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
