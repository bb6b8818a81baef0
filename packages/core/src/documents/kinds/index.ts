import type { Block } from '@aisha/export';
import type { DocumentDefinition } from './kind.ts';
import { decisions } from './decisions.ts';
import { minutes } from './minutes.ts';
import { protocol } from './protocol.ts';
import { summary } from './summary.ts';
import { todo } from './todo.ts';

/** Every kind of document, in the order in which they are offered. Rows keep these names for ever. */
export const documentKinds = {
  summary,
  todo,
  minutes,
  protocol,
  decisions,
} satisfies Record<string, DocumentDefinition>;

export type DocumentKind = keyof typeof documentKinds;

type LabelOf<Definition> = Definition extends DocumentDefinition<infer Label> ? Label : never;
/** A block with the labels that some kind uses: the texts have to have each. */
export type DocumentBlock = Block<LabelOf<(typeof documentKinds)[DocumentKind]>>;

/** False for what a newer release wrote into a row, or somebody into a button. */
export const isDocumentKind = (kind: string): kind is DocumentKind => Object.hasOwn(documentKinds, kind);

export const DOCUMENT_KINDS: readonly DocumentKind[] = Object.keys(documentKinds).filter(isDocumentKind);

/** What is shown of a kept document; null when nobody knows its form any more. */
export function documentBlocks(document: {
  readonly kind: string;
  readonly content: unknown;
}): readonly DocumentBlock[] | null {
  return isDocumentKind(document.kind) ? documentKinds[document.kind].blocks(document.content) : null;
}
