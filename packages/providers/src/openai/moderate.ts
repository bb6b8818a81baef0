import type { OpenAI } from 'openai';
import { z } from 'zod';
import type { ImageInput } from './complete.ts';
import { withinDeadline } from './deadline.ts';
import { openAiFailure, type OpenAiFailure } from './errors.ts';

export interface ModerateOptions {
  readonly text?: string;
  /** One for a call: how many one may carry is not documented. `sexual/minors` is never scored on pictures. */
  readonly image?: ImageInput;
  readonly signal?: AbortSignal | null | undefined;
}

export type ModerateOutcome =
  | {
      readonly kind: 'ok';
      readonly flagged: boolean;
      /** The flagged ones, such as `sexual/minors`. */
      readonly categories: readonly string[];
    }
  /** No verdict: nothing may be shown or drawn by it. */
  | OpenAiFailure;

const MODERATION_DEADLINE_MS = 20_000;

const answerShape = z.looseObject({
  results: z
    .array(z.looseObject({ flagged: z.boolean(), categories: z.record(z.string(), z.unknown()) }))
    .min(1),
});

export async function moderate(
  client: OpenAI,
  model: string,
  { text, image, signal }: ModerateOptions,
): Promise<ModerateOutcome> {
  const input: OpenAI.ModerationMultiModalInput[] = [];
  if (text !== undefined) input.push({ type: 'text', text });
  if (image !== undefined) {
    const url = `data:${image.contentType};base64,${image.data.toString('base64')}`;
    input.push({ type: 'image_url', image_url: { url } });
  }
  try {
    const answer: unknown = await withinDeadline(
      signal,
      MODERATION_DEADLINE_MS,
      async (request) => await client.moderations.create({ model, input }, request),
    );
    const parsed = answerShape.safeParse(answer);
    if (!parsed.success) return { kind: 'retry', afterMs: null, why: 'unreadable answer' };
    const categories = parsed.data.results.flatMap((result) =>
      Object.entries(result.categories).flatMap(([name, flagged]) => (flagged === true ? [name] : [])),
    );
    const flagged = parsed.data.results.some((result) => result.flagged);
    return { kind: 'ok', flagged, categories: [...new Set(categories)] };
  } catch (error) {
    return openAiFailure(error);
  }
}
