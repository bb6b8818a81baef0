import type { Block } from '@aisha/export';
import { bilingual } from './bilingual.ts';
import { clean } from './clean.ts';
import { decisions } from './decisions.ts';
import { digest } from './digest.ts';
import type { DocumentDefinition, Marks } from './kind.ts';
import { letter } from './letter.ts';
import { minutes } from './minutes.ts';
import { own } from './own.ts';
import { protocol } from './protocol.ts';
import { summary } from './summary.ts';
import { todo } from './todo.ts';
import { translation } from './translation.ts';

/** Every kind of document, in the order in which they are offered. Rows keep these names for ever. */
export const documentKinds = {
  summary,
  todo,
  minutes,
  protocol,
  digest,
  decisions,
  letter,
  clean,
  translation,
  bilingual,
  own,
} satisfies Record<string, DocumentDefinition>;

export type DocumentKind = keyof typeof documentKinds;
type LabelOf<Definition> = Definition extends DocumentDefinition<infer Label> ? Label : never;
/** A block with the labels that some kind uses: the texts have to have each. */
export type DocumentBlock = Block<LabelOf<(typeof documentKinds)[DocumentKind]>>;

/** False for what a newer release wrote into a row, or somebody into a button. */
export const isDocumentKind = (kind: string): kind is DocumentKind => Object.hasOwn(documentKinds, kind);
export const DOCUMENT_KINDS: readonly DocumentKind[] = Object.keys(documentKinds).filter(isDocumentKind);

/** `own` is many: a row's kind names the template, `own:<id>`. Null: a kind of a newer release. */
export function kindOf(
  kept: string,
): { readonly kind: DocumentKind; readonly templateId: string | null } | null {
  const [kind = '', templateId = null] = kept.split(':');
  return isDocumentKind(kind) ? { kind, templateId } : null;
}

/** What is shown of a kept document; null when nobody knows its form any more. */
export function documentBlocks(document: {
  readonly kind: string;
  readonly content: unknown;
  readonly moments?: Readonly<Record<string, number | null>> | null;
  readonly done?: readonly number[] | null;
}): readonly DocumentBlock[] | null {
  const known = kindOf(document.kind);
  if (!known) return null;
  const { moments, done } = document;
  const marks: Marks = {
    at: (line) =>
      line === null || moments?.[line] === undefined ? null : { line, startMs: moments[line] ?? null },
    done: (task) => done?.includes(task) === true,
  };
  return documentKinds[known.kind].blocks(document.content, marks);
}
