import { shorten } from '@aisha/service';
import type { OpenAI } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { withinDeadline } from './deadline.ts';
import { complainsAbout, openAiFailure, type OpenAiFailure } from './errors.ts';

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
  /** Cut off at the limit of output: ask for less at a time. */
  | { readonly kind: 'length' }
  /** Not what the schema asks for, even after one repair (unless that was declined). */
  | { readonly kind: 'invalid'; readonly why: string }
  | NoAnswer;

export type TextOutcome =
  | { readonly kind: 'ok'; readonly text: string; readonly usage: Usage }
  | { readonly kind: 'length'; readonly text: string; readonly usage: Usage }
  | NoAnswer;

/** What a server turned out not to know; learned from its complaints, per model. */
interface Dialect {
  json: 'json_schema' | 'json_object' | 'prompt';
  tokens: 'max_completion_tokens' | 'max_tokens';
}

export type Dialects = Map<string, Dialect>;

type Message = OpenAI.ChatCompletionMessageParam;
type Format = OpenAI.ChatCompletionCreateParamsNonStreaming['response_format'];

interface Ask {
  readonly model: string;
  readonly messages: (dialect: Dialect) => Message[];
  readonly format: (dialect: Dialect) => Format;
  readonly options: CompletionOptions;
}

type Answer = {
  readonly content: string;
  readonly finish: string;
  readonly refusal: string | null;
  readonly usage: Usage;
};

const COMPLETION_DEADLINE_MS = 180_000;

export async function completeText(
  client: OpenAI,
  dialects: Dialects,
  model: string,
  options: CompletionOptions,
): Promise<TextOutcome> {
  const answer = await ask(client, dialects, {
    model,
    options,
    messages: () => messagesOf(options.system, options),
    format: () => undefined,
  });
  if ('kind' in answer) return answer;
  if (answer.refusal !== null) return { kind: 'refusal', message: answer.refusal };
  if (answer.finish === 'content_filter') return { kind: 'filtered' };
  const { content: text, usage } = answer;
  if (answer.finish === 'length') return { kind: 'length', text, usage };
  return text.trim() === ''
    ? { kind: 'retry', afterMs: null, why: 'an empty answer' }
    : { kind: 'ok', text: text.trim(), usage };
}

export async function completeJson<T>(
  client: OpenAI,
  dialects: Dialects,
  model: string,
  options: JsonOptions<T>,
): Promise<JsonOutcome<T>> {
  const schema = zodResponseFormat(options.schema, options.schemaName);
  const told = `${options.system}\n\nAnswer with one JSON object only, by this JSON Schema:\n${JSON.stringify(schema.json_schema.schema)}`;
  let repair: Message[] = [];
  let used: Usage = { inputTokens: 0, outputTokens: 0 };
  let why = '';
  for (let attempt = 0; attempt < (options.repair === false ? 1 : 2); attempt += 1) {
    const answer = await ask(client, dialects, {
      model,
      options,
      messages: ({ json }) => [
        ...messagesOf(json === 'json_schema' ? options.system : told, options),
        ...repair,
      ],
      format: ({ json }) =>
        json === 'json_schema' ? schema : json === 'json_object' ? { type: 'json_object' } : undefined,
    });
    if ('kind' in answer) return answer;
    if (answer.refusal !== null) return { kind: 'refusal', message: answer.refusal };
    if (answer.finish === 'content_filter') return { kind: 'filtered' };
    if (answer.finish === 'length') return { kind: 'length' };
    used = sum(used, answer.usage);
    const parsed = options.schema.safeParse(parseJson(answer.content));
    if (parsed.success) return { kind: 'ok', value: parsed.data, usage: used };
    why = shorten(z.prettifyError(parsed.error), 1_000);
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
async function ask(client: OpenAI, dialects: Dialects, asked: Ask): Promise<Answer | OpenAiFailure> {
  const { model, options } = asked;
  for (;;) {
    const dialect = dialects.get(model) ?? { json: 'json_schema', tokens: 'max_completion_tokens' };
    const format = asked.format(dialect);
    try {
      const completion = await withinDeadline(
        options.signal,
        options.timeoutMs ?? COMPLETION_DEADLINE_MS,
        async (request) =>
          await client.chat.completions.create(
            {
              model,
              messages: asked.messages(dialect),
              ...(format === undefined ? {} : { response_format: format }),
              ...(options.maxOutputTokens === undefined ? {} : { [dialect.tokens]: options.maxOutputTokens }),
            },
            request,
          ),
      );
      return readCompletion(completion);
    } catch (error) {
      const next =
        format === undefined && options.maxOutputTokens === undefined ? null : simpler(dialect, error);
      if (next === null) return openAiFailure(error);
      dialects.set(model, next);
    }
  }
}

function simpler(dialect: Dialect, error: unknown): Dialect | null {
  if (dialect.tokens === 'max_completion_tokens' && complainsAbout(error, /max_completion_tokens/)) {
    return { ...dialect, tokens: 'max_tokens' };
  }
  if (dialect.json !== 'prompt' && complainsAbout(error, /response_format|json_schema|json_object/)) {
    return { ...dialect, json: dialect.json === 'json_schema' ? 'json_object' : 'prompt' };
  }
  return null;
}

const completionShape = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish(),
        message: z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  usage: z
    .looseObject({ prompt_tokens: z.number().catch(0), completion_tokens: z.number().catch(0) })
    .nullish(),
});

function readCompletion(completion: unknown): Answer | OpenAiFailure {
  const parsed = completionShape.safeParse(completion);
  const choice = parsed.data?.choices[0];
  if (choice === undefined) return { kind: 'retry', afterMs: null, why: 'unreadable answer' };
  const usage = parsed.data?.usage;
  return {
    content: choice.message.content ?? '',
    refusal: choice.message.refusal ?? null,
    finish: choice.finish_reason ?? 'stop',
    usage: { inputTokens: usage?.prompt_tokens ?? 0, outputTokens: usage?.completion_tokens ?? 0 },
  };
}

function messagesOf(system: string, { user, images }: CompletionOptions): Message[] {
  const pictures = (images ?? []).map(({ data, contentType }) => ({
    type: 'image_url' as const,
    image_url: { url: `data:${contentType};base64,${data.toString('base64')}` },
  }));
  return [
    { role: 'system', content: system },
    {
      role: 'user',
      content: pictures.length === 0 ? user : [{ type: 'text' as const, text: user }, ...pictures],
    },
  ];
}

/** Servers without a JSON mode like to fence their answer. */
function parseJson(content: string): unknown {
  const fenced = /^\s*```(?:json)?\s*([\s\S]*?)\s*```\s*$/.exec(content)?.[1];
  try {
    return JSON.parse(fenced ?? content);
  } catch {
    return undefined;
  }
}

function sum(a: Usage, b: Usage): Usage {
  return { inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens };
}
