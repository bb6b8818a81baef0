import type { OpenAiConfig } from '@aisha/config';
import { OpenAI } from 'openai';
import { z } from 'zod';
import { observed, type Observers } from '../observe.ts';
import type { Recogniser } from '../recogniser/recogniser.ts';
import {
  completeJson,
  completeText,
  type CompletionOptions,
  type JsonOptions,
  type JsonOutcome,
  type TextOutcome,
  type Usage,
} from './complete.ts';
import { withinDeadline } from './deadline.ts';
import type { Dialects } from './dialect.ts';
import { openAiFailure } from './errors.ts';
import { judge } from './judge.ts';
import { lenientFetch } from './lenient-fetch.ts';
import { recogniserAbilities, shutdownDateOf } from './models.ts';
import { moderate, type ModerateOptions, type ModerateOutcome } from './moderate.ts';
import { type SpeechDialects, transcribe } from './transcribe.ts';

/** OpenAI or any compatible server. Outcomes are values. */
export interface OpenAiClient {
  /** The configured models. */
  readonly models: Readonly<Record<ModelUse, string>>;
  /** The configured speech model. */
  readonly recogniser: Recogniser;
  completeJson<T>(options: JsonOptions<T>): Promise<JsonOutcome<T>>;
  completeText(options: CompletionOptions): Promise<TextOutcome>;
  moderate(options: ModerateOptions): Promise<ModerateOutcome>;
  /** For the start: every configured model with its end, if it has one, and whether the server offers it. */
  describeModels(options?: { readonly signal?: AbortSignal | null }): Promise<readonly ModelReport[]>;
}

export type ModelUse = 'text' | 'speech' | 'vision' | 'moderation';

export interface ModelReport {
  readonly use: ModelUse;
  readonly model: string;
  /** ISO date. */
  readonly shutdownDate: string | null;
  /** null: the server does not list its models. */
  readonly offered: boolean | null;
  /** Offered models that may be meant where this one is not: gateways put the vendor's name before it. */
  readonly similar: readonly string[];
}

export interface OpenAiClientOptions extends Observers {
  readonly config: OpenAiConfig;
}

const LIST_DEADLINE_MS = 10_000;
const modelsShape = z.looseObject({
  data: z.array(z.looseObject({ id: z.string(), shutdown_date: z.string().nullish().catch(null) })),
});

export function createOpenAiClient({ config, log, metrics }: OpenAiClientOptions): OpenAiClient {
  const { origin, pathname, searchParams } = new URL(config.baseUrl);
  const client = new OpenAI({
    apiKey: config.apiKey,
    baseURL: `${origin}${pathname}`,
    // Azure's `?api-version=…`.
    defaultQuery: Object.fromEntries(searchParams),
    fetch: lenientFetch,
    // Whether a call whose answer was lost is billed, nobody knows: who counts paid calls repeats them, nobody else.
    maxRetries: 0,
    logLevel: 'off',
    organization: null,
    project: null,
  });
  const dialects: Dialects = new Map();
  const speechDialects: SpeechDialects = new Map();

  const seen = async <T extends { readonly kind: string }>(
    operation: string,
    model: string,
    request: () => Promise<T>,
  ): Promise<T> => {
    const answer = await observed(metrics, 'openai', operation, ({ kind }) => kind, request);
    if ('code' in answer && answer.code === 'account')
      log.error('openai refuses the account', { operation, model, ...loggable(answer) });
    else if (answer.kind === 'refused' || answer.kind === 'retry') {
      log.warn(`openai ${operation}: ${answer.kind}`, { model, ...loggable(answer) });
    }
    return answer;
  };

  /** Text is billed by tokens, at prices that change too often to be kept here. */
  const completed = async <T extends { readonly kind: string; readonly usage?: Usage }>(
    operation: string,
    model: string,
    request: () => Promise<T>,
  ): Promise<T> => {
    const answer = await seen(operation, model, request);
    if (answer.usage) {
      metrics?.providerTokens.inc(
        { provider: 'openai', model, direction: 'input' },
        answer.usage.inputTokens,
      );
      metrics?.providerTokens.inc(
        { provider: 'openai', model, direction: 'output' },
        answer.usage.outputTokens,
      );
    }
    return answer;
  };

  const modelFor = ({ model, images }: CompletionOptions) =>
    model ?? (images === undefined || images.length === 0 ? config.textModel : config.visionModel);

  const listed = async (signal: AbortSignal | null | undefined) => {
    try {
      const page: unknown = await withinDeadline(
        signal,
        LIST_DEADLINE_MS,
        async (request) => await client.models.list({ ...request, maxRetries: 2 }),
      );
      return modelsShape.safeParse(page).data?.data ?? null;
    } catch (error) {
      log.warn('openai models not listed', loggable(openAiFailure(error)));
      return null;
    }
  };

  const speechModel = config.transcribeModel;
  const can = recogniserAbilities(speechModel);
  const recogniser: Recogniser = {
    model: speechModel,
    can,
    async transcribe(speech) {
      const answer = await seen('transcribe', speechModel, () =>
        transcribe(client, speechDialects, speechModel, speech),
      );
      if (answer.kind === 'ok' && answer.durationS !== undefined && can.usdPerMinute !== null) {
        const usd = (answer.durationS / 60) * can.usdPerMinute;
        metrics?.providerCostUsd.inc({ provider: 'openai', model: speechModel }, usd);
      }
      return answer;
    },
  };

  return {
    models: {
      text: config.textModel,
      speech: speechModel,
      vision: config.visionModel,
      moderation: config.moderation === 'endpoint' ? config.moderationModel : config.textModel,
    },
    recogniser,
    completeJson(options) {
      const model = modelFor(options);
      return completed('complete_json', model, () => completeJson(client, dialects, model, options));
    },
    completeText(options) {
      const model = modelFor(options);
      return completed('complete_text', model, () => completeText(client, dialects, model, options));
    },
    moderate: (options) => {
      if (config.moderation === 'endpoint') {
        const model = config.moderationModel;
        return seen('moderate', model, () => moderate(client, model, options));
      }
      const model = options.image === undefined ? config.textModel : config.visionModel;
      return seen('judge', model, () => judge(client, dialects, model, options));
    },
    async describeModels(options = {}) {
      const offered = await listed(options.signal);
      const configured = [
        ['text', config.textModel],
        ['speech', config.transcribeModel],
        ['vision', config.visionModel],
        ...(config.moderation === 'endpoint' ? [['moderation', config.moderationModel] as const] : []),
      ] as const;
      return configured.map(([use, model]) => {
        // Ollama lists `llama3:latest` for `llama3`.
        const found = offered?.find(({ id }) => id === model || id === `${model}:latest`);
        return {
          use,
          model,
          shutdownDate: found?.shutdown_date ?? shutdownDateOf(model),
          offered: offered === null ? null : found !== undefined,
          similar: found ? [] : (offered ?? []).map(({ id }) => id).filter((id) => resembles(id, model)),
        };
      });
    },
  };
}

/** `openai/gpt-x`, `gpt-x:free` and `GPT-X` for `gpt-x`. */
function resembles(offered: string, model: string): boolean {
  const bare = (name: string) => (name.toLowerCase().split('/').at(-1) ?? '').split(':')[0];
  return bare(offered) === bare(model);
}

/** What an answer says of itself, without words of the server: they may repeat what it was sent. */
function loggable(answer: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(answer).filter(([name]) => ['kind', 'code', 'status', 'why', 'afterMs'].includes(name)),
  );
}
