import type { OpenAiConfig } from '@aisha/config';
import { z } from 'zod';
import type { Observers } from '../observe.ts';
import { seenBy } from './seen.ts';
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
import { loggable } from './loggable.ts';
import { openAiLibrary } from './library.ts';
import { shutdownDateOf, speechModel } from './models.ts';
import { moderate, type ModerateOptions, type ModerateOutcome } from './moderate.ts';
import { openAiRecogniser } from './recogniser.ts';

/** OpenAI or any compatible server. Outcomes are values. */
export interface OpenAiClient {
  /** The configured models. */
  readonly models: Readonly<Record<ModelUse, string>>;
  /** The configured speech model. */
  readonly recogniser: Recogniser;
  /** Any other speech model of the same server. */
  recogniserOf(model: string): Recogniser;
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
  const client = openAiLibrary(config);
  const dialects: Dialects = new Map();

  const seen = seenBy('openai', { log, metrics });

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
        async (request) => await (await client()).models.list({ ...request, maxRetries: 2 }),
      );
      return modelsShape.safeParse(page).data?.data ?? null;
    } catch (error) {
      log.warn('openai models not listed', loggable(openAiFailure(error)));
      return null;
    }
  };

  const recogniserOf = (model: string) =>
    openAiRecogniser(
      client,
      { name: model, provider: 'openai', model, abilities: speechModel(model) },
      { log, metrics },
    );

  return {
    models: {
      text: config.textModel,
      speech: config.transcribeModel,
      vision: config.visionModel,
      moderation: config.moderation === 'endpoint' ? config.moderationModel : config.textModel,
    },
    recogniser: recogniserOf(config.transcribeModel),
    recogniserOf,
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
