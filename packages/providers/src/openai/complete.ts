import type { OpenAI } from 'openai';
import { shorten } from '@aisha/service';
import type { OpenAiLibrary } from './library.ts';
import { z } from 'zod';
import { withinDeadline } from './deadline.ts';
import { type Dialect, type Dialects, OPENAI_DIALECT, simpler } from './dialect.ts';
import { endToldByError, openAiFailure, type OpenAiFailure } from './errors.ts';
import { jsonIn, spoken } from './spoken.ts';

export interface ImageInput {
  /** PNG, JPEG, WebP or a still GIF; sent as a data URL, never as an address. */
  readonly data: Buffer;
  readonly contentType: string;
}

export interface CompletionOptions {
  readonly system: string;
  readonly user: string;
  readonly images?: readonly ImageInput[];
  readonly maxOutputTokens?: number;
  readonly model?: string;
  readonly signal?: AbortSignal | null | undefined;
  readonly timeoutMs?: number;
}

export interface JsonOptions<T> extends CompletionOptions {
  /** Strict: every property required, "absent" said by null. */
  readonly schema: z.ZodType<T>;
  /** Letters, digits, dashes and underscores, at most 64. */
  readonly schemaName: string;
  /** False: an invalid answer is not repeated here, because the caller counts what it pays for. */
  readonly repair?: boolean;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

type NoAnswer =
  /** The model declined, in its words. */
  { readonly kind: 'refusal'; readonly message: string } | { readonly kind: 'filtered' } | OpenAiFailure;

export type JsonOutcome<T> =
  | { readonly kind: 'ok'; readonly value: T; readonly usage: Usage }
  /** Cut off at the limit of output, or longer than the model can read: ask for less at a time. */
  | { readonly kind: 'length' }
  /** Not what the schema asks for, even after one repair (unless that was declined). */
  | { readonly kind: 'invalid'; readonly why: string }
  | NoAnswer;

export type TextOutcome =
  | { readonly kind: 'ok'; readonly text: string; readonly usage: Usage }
  | { readonly kind: 'length'; readonly text: string; readonly usage: Usage }
  | NoAnswer;

type Message = OpenAI.ChatCompletionMessageParam;
type Format = OpenAI.ChatCompletionCreateParamsNonStreaming['response_format'];

interface Ask {
  readonly model: string;
  readonly messages: (dialect: Dialect) => Message[];
  readonly format: (dialect: Dialect) => Format;
  readonly options: CompletionOptions;
}

type Finish = 'stop' | 'length' | 'content_filter' | 'no_json' | 'error';

type Answer = {
  /** Without its thoughts. */
  readonly content: string;
  /** Where it said nothing: some servers take all of a short answer for a thought. */
  readonly thought: string;
  readonly finish: Finish;
  readonly refusal: string | null;
  readonly usage: Usage;
};

const COMPLETION_DEADLINE_MS = 180_000;

export async function completeText(
  client: OpenAiLibrary,
  dialects: Dialects,
  model: string,
  options: CompletionOptions,
): Promise<TextOutcome> {
  const answer = await ask(client, dialects, {
    model,
    options,
    messages: (dialect) => messagesOf(dialect, options.system, options),
    format: () => undefined,
  });
  if ('kind' in answer) return answer;
  if (answer.refusal !== null) return { kind: 'refusal', message: answer.refusal };
  if (answer.finish === 'content_filter') return { kind: 'filtered' };
  const { content: text, usage } = answer;
  if (answer.finish === 'length') return { kind: 'length', text, usage };
  if (answer.finish === 'error') return { kind: 'retry', afterMs: null, why: 'it broke off' };
  return text.trim() === ''
    ? { kind: 'retry', afterMs: null, why: 'an empty answer' }
    : { kind: 'ok', text: text.trim(), usage };
}

export async function completeJson<T>(
  client: OpenAiLibrary,
  dialects: Dialects,
  model: string,
  options: JsonOptions<T>,
): Promise<JsonOutcome<T>> {
  const { zodResponseFormat } = await import('openai/helpers/zod');
  const schema = zodResponseFormat(options.schema, options.schemaName);
  const told = `${options.system}\n\nAnswer with one JSON object only, by this JSON Schema:\n${JSON.stringify(schema.json_schema.schema)}`;
  let repair: Message[] = [];
  let used: Usage = { inputTokens: 0, outputTokens: 0 };
  let why = '';
  for (let attempt = 0; attempt < (options.repair === false ? 1 : 2); attempt += 1) {
    const answer = await ask(client, dialects, {
      model,
      options,
      messages: (dialect) => [
        ...messagesOf(dialect, dialect.told ? told : options.system, options),
        ...repair,
      ],
      format: ({ json }) =>
        json === 'json_schema' ? schema : json === 'json_object' ? { type: 'json_object' } : undefined,
    });
    if ('kind' in answer) return answer;
    if (answer.refusal !== null) return { kind: 'refusal', message: answer.refusal };
    if (answer.finish === 'content_filter') return { kind: 'filtered' };
    if (answer.finish === 'length') return { kind: 'length' };
    if (answer.finish === 'error') return { kind: 'retry', afterMs: null, why: 'it broke off' };
    used = sum(used, answer.usage);
    const candidates = jsonIn(answer.content === '' ? answer.thought : answer.content);
    const parsed = [...candidates, undefined].map((one) => options.schema.safeParse(one));
    const valid = parsed.find((one) => one.success);
    if (valid) return { kind: 'ok', value: valid.data, usage: used };
    // It was given the schema and did not keep to it: from now on it is told in words as well.
    dialects.set(model, { ...(dialects.get(model) ?? OPENAI_DIALECT), told: true });
    why = parsed[0]?.error ? shorten(z.prettifyError(parsed[0].error), 1_000) : '';
    repair = [
      { role: 'assistant', content: answer.content },
      {
        role: 'user',
        content: `That is not valid by the schema:\n${why}\nGive the whole corrected JSON object only.`,
      },
    ];
  }
  return { kind: 'invalid', why };
}

/** One completion; adapts to what a compatible server lacks and remembers it. */
async function ask(client: OpenAiLibrary, dialects: Dialects, asked: Ask): Promise<Answer | OpenAiFailure> {
  const { model, options } = asked;
  for (;;) {
    const dialect = dialects.get(model) ?? OPENAI_DIALECT;
    const format = asked.format(dialect);
    try {
      const completion = await withinDeadline(
        options.signal,
        options.timeoutMs ?? COMPLETION_DEADLINE_MS,
        async (request) =>
          await (
            await client()
          ).post<unknown>('/chat/completions', {
            ...request,
            body: {
              model,
              messages: asked.messages(dialect),
              ...(format === undefined ? {} : { response_format: format }),
              ...(options.maxOutputTokens === undefined || dialect.tokens === 'none'
                ? {}
                : { [dialect.tokens]: options.maxOutputTokens }),
              // Put together again by `lenientFetch`.
              ...(dialect.stream ? { stream: true } : {}),
            },
          }),
      );
      return readCompletion(completion);
    } catch (error) {
      const finish = endToldByError(error);
      if (finish !== null) return { ...NOTHING_SAID, finish };
      const sent = { json: format !== undefined, tokens: options.maxOutputTokens !== undefined };
      const next = simpler(dialect, sent, error);
      if (next === null) return openAiFailure(error);
      dialects.set(model, next);
    }
  }
}

const count = z.coerce.number().int().nonnegative().catch(0);
const completionShape = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish().catch(null),
        // The older form of an answer.
        text: z.string().nullish().catch(null),
        message: z
          .looseObject({
            content: z.unknown(),
            refusal: z.string().nullish().catch(null),
            reasoning_content: z.string().nullish().catch(null),
            reasoning: z.string().nullish().catch(null),
          })
          .nullish(),
      }),
    )
    .min(1),
  usage: z.looseObject({ prompt_tokens: count, completion_tokens: count }).nullish().catch(null),
});

const NOTHING_SAID = { content: '', thought: '', refusal: null, usage: { inputTokens: 0, outputTokens: 0 } };

function readCompletion(completion: unknown): Answer | OpenAiFailure {
  const parsed = completionShape.safeParse(completion);
  const choice = parsed.data?.choices[0];
  if (choice === undefined) return { kind: 'retry', afterMs: null, why: 'unreadable answer' };
  const usage = parsed.data?.usage;
  const { message } = choice;
  return {
    content: spoken(message?.content ?? choice.text ?? ''),
    thought: message?.reasoning_content ?? message?.reasoning ?? '',
    refusal: message?.refusal || null,
    finish: finishOf(choice.finish_reason),
    usage: { inputTokens: usage?.prompt_tokens ?? 0, outputTokens: usage?.completion_tokens ?? 0 },
  };
}

/** Gateways pass on what the models' vendors call it (`eos`, `MAX_TOKENS`, `SAFETY`), or nothing. */
function finishOf(reason: string | null | undefined): Finish {
  const word = (reason ?? '').toLowerCase();
  if (/length|max_?(?:output_?)?tokens/.test(word)) return 'length';
  if (/content_filter|safety|prohibited|recitation|blocklist/.test(word)) return 'content_filter';
  return word === 'error' ? 'error' : 'stop';
}

function messagesOf(dialect: Dialect, system: string, { user, images }: CompletionOptions): Message[] {
  const pictures = (images ?? []).map(({ data, contentType }) => ({
    type: 'image_url' as const,
    image_url: { url: `data:${contentType};base64,${data.toString('base64')}` },
  }));
  const said = dialect.system === 'user' ? `${system}\n\n${user}` : user;
  return [
    ...(dialect.system === 'user' ? [] : [{ role: 'system' as const, content: system }]),
    {
      role: 'user',
      content: pictures.length === 0 ? said : [{ type: 'text' as const, text: said }, ...pictures],
    },
  ];
}

function sum(a: Usage, b: Usage): Usage {
  return { inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens };
}
