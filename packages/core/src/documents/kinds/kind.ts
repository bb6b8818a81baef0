import type { z } from 'zod';
import type { Block, Point } from '@aisha/export';

/** What nobody says the moment of. */
export const unplaced = (text: string): Point => ({ text, at: null });

/** All that is known of a kind of document; the form of its content stays inside. */
export interface DocumentDefinition<Label extends string = string> {
  readonly schema: z.ZodType<object>;
  readonly instruction: string;
  /**
   * How the documents over consecutive sections of a long text become one: the model is asked to merge them, a few at
   * a time, or they are put together here for nothing.
   */
  readonly merge: 'by-model' | ((sections: readonly unknown[]) => object);
  /** What is shown of what was kept; null when it does not fit (an older form). */
  readonly blocks: (content: unknown) => readonly Block<Label>[] | null;
}

/** `schema` is what the model fills in. Strict: every field is there, what the text lacks is null. */
export function defineKind<Content extends object, Label extends string>(kind: {
  readonly schema: z.ZodType<Content>;
  readonly instruction: string;
  readonly merge: 'by-model' | ((sections: readonly Content[]) => Content);
  readonly blocks: (content: Content) => readonly Block<Label>[];
}): DocumentDefinition<Label> {
  const { schema, instruction, merge, blocks } = kind;
  return {
    schema,
    instruction,
    merge:
      merge === 'by-model' ? merge : (sections) => merge(sections.map((section) => schema.parse(section))),
    blocks: (content) => {
      const parsed = schema.safeParse(content);
      return parsed.success ? blocks(parsed.data) : null;
    },
  };
}
