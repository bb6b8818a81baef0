import type { OpenAI } from 'openai';
import type { OpenAiLibrary } from './library.ts';
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

const yes = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]);
const verdictShape = z.looseObject({
  flagged: yes.optional().catch(undefined),
  categories: z.record(z.string(), yes).optional().catch(undefined),
});
/** A list of verdicts, of which some servers give the only one bare. */
const answerShape = z.looseObject({
  results: z.union([z.array(verdictShape).min(1), verdictShape.transform((one) => [one])]),
});

export async function moderate(
  client: OpenAiLibrary,
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
      async (request) => await (await client()).moderations.create({ model, input }, request),
    );
    const parsed = answerShape.safeParse(answer);
    const results = parsed.data?.results ?? [];
    const verdicts = results.map(({ flagged, categories }) => {
      const of = Object.entries(categories ?? {}).flatMap(([name, is]) => (is ? [name] : []));
      return { of, flagged: flagged ?? (categories === undefined ? null : of.length > 0) };
    });
    // What says neither yes nor no is no verdict.
    if (verdicts.length === 0 || verdicts.some((one) => one.flagged === null))
      return { kind: 'retry', afterMs: null, why: 'unreadable answer' };
    return {
      kind: 'ok',
      flagged: verdicts.some((one) => one.flagged),
      categories: [...new Set(verdicts.flatMap(({ of }) => of))],
    };
  } catch (error) {
    return openAiFailure(error);
  }
}
