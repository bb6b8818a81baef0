import type { Block, Moment, Point } from '@aisha/export';
import type { z } from 'zod';

/** What stands beside the content: when its lines were said, and which of its tasks are done. */
export interface Marks {
  readonly at: (moment: number | null) => Moment | null;
  readonly done: (task: number) => boolean;
}

/**
 * In which language it is written: the person's choice for documents, that of what was said, or one that is asked for each
 * time.
 */
type WrittenIn = 'chosen' | 'own' | 'asked';

/** All that is known of a kind of document; the form of its content stays inside. */
export interface DocumentDefinition<Label extends string = string> {
  readonly schema: z.ZodType<object>;
  /** Null: the person's own, which its template holds. */
  readonly instruction: string | null;
  /**
   * How the documents over consecutive sections of a long text become one: the model is asked to merge them, a few at
   * a time, or they are put together here for nothing.
   */
  readonly merge: 'by-model' | ((sections: readonly unknown[]) => object);
  readonly writtenIn: WrittenIn;
  /** How much of the text is asked for at once; less than usual where the answer is as long as the text. */
  readonly sectionCharacters: number;
  /** How long an answer may be, against the text that it is over: what it is billed by. */
  readonly writes: number;
  /** What is shown of what was kept; null when it does not fit (an older form). */
  readonly blocks: (content: unknown, marks: Marks) => readonly Block<Label>[] | null;
}

/** About 8,000 tokens of Russian: small enough for every model, large enough to keep the thread. */
export const SECTION_CHARACTERS = 24_000;
/** The answer is as long as the text: this much is written within a call's time. */
export const WHOLE_TEXT = 9_000;

/** `schema` is what the model fills in. Strict: every field is there, what the text lacks is null. */
export function defineKind<Content extends object, Label extends string>(kind: {
  readonly schema: z.ZodType<Content>;
  readonly instruction: string | null;
  readonly merge: 'by-model' | ((sections: readonly Content[]) => Content);
  readonly writtenIn?: WrittenIn;
  readonly sectionCharacters?: number;
  readonly writes?: number;
  readonly blocks: (content: Content, marks: Marks) => readonly Block<Label>[];
}): DocumentDefinition<Label> {
  const { schema, instruction, merge, blocks, writtenIn = 'chosen' } = kind;
  return {
    schema,
    instruction,
    writtenIn,
    sectionCharacters: kind.sectionCharacters ?? SECTION_CHARACTERS,
    writes: kind.writes ?? 0.5,
    merge:
      merge === 'by-model' ? merge : (sections) => merge(sections.map((section) => schema.parse(section))),
    blocks: (content, marks) => {
      const parsed = schema.safeParse(content);
      return parsed.success ? blocks(parsed.data, marks) : null;
    },
  };
}

/** What has no moment of its own. */
export const unplaced = (text: string): Point => ({ text, at: null });

/** Points as they are shown. */
export const placed =
  ({ at }: Marks) =>
  ({ point, moment }: { readonly point: string; readonly moment: number | null }): Point => ({
    text: point,
    at: at(moment),
  });
