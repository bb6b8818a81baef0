import type { DocumentKind } from '@aisha/db';
import { z } from 'zod';

/** What the model fills in. Strict schemas: every field is there, what the text lacks is null. */
const task = z.object({
  task: z.string().describe('What is to be done'),
  owner: z.string().nullable().describe('Who does it, only if the text says so'),
  due: z.string().nullable().describe('By when, in the words of the text, only if it says so'),
});

const summary = z.object({
  title: z.string().describe('Up to eight words'),
  paragraphs: z.array(z.string()).describe('The gist, one to five short paragraphs'),
  points: z.array(z.string()).describe('The most important facts, each one sentence'),
});

const todo = z.object({ tasks: z.array(task) });

const minutes = z.object({
  title: z.string().describe('Subject of the meeting, up to eight words'),
  date: z.string().nullable().describe('Date of the meeting, only if the text says so'),
  participants: z.array(z.string()).describe('Names and roles that the text mentions as taking part'),
  topics: z.array(z.object({ topic: z.string(), discussion: z.string() })),
  decisions: z.array(z.string()),
  tasks: z.array(task),
});

const protocol = minutes.extend({
  number: z.string().nullable().describe('Number of the protocol, only if the text says so'),
  place: z.string().nullable().describe('Place, only if the text says so'),
  chair: z.string().nullable().describe('Who presides, only if the text says so'),
  secretary: z.string().nullable().describe('Who keeps the protocol, only if the text says so'),
});

export const DOCUMENT_SCHEMAS = { summary, todo, minutes, protocol } as const satisfies Record<
  DocumentKind,
  z.ZodType
>;

export type DocumentContent<K extends DocumentKind = DocumentKind> = {
  [P in K]: { readonly kind: P } & z.infer<(typeof DOCUMENT_SCHEMAS)[P]>;
}[K];

/** Reads what was kept; null when it does not fit (an older form). */
export function readContent(kind: DocumentKind, content: unknown): DocumentContent | null {
  switch (kind) {
    case 'summary':
      return tagged('summary', summary.safeParse(content));
    case 'todo':
      return tagged('todo', todo.safeParse(content));
    case 'minutes':
      return tagged('minutes', minutes.safeParse(content));
    case 'protocol':
      return tagged('protocol', protocol.safeParse(content));
    default:
      return kind satisfies never;
  }
}

function tagged<K extends DocumentKind, T extends object>(kind: K, parsed: z.ZodSafeParseResult<T>) {
  return parsed.success ? { kind, ...parsed.data } : null;
}
