/** Where in a recording something was said. */
export interface Moment {
  /** The number of its line, from 1: what a press asks for. */
  readonly line: number;
  /** From the start of the recording; null where nobody knows (a text has no times). */
  readonly startMs: number | null;
}

/** Something that is said of a recording, with the moment when it was said there, if that is known. */
export interface Point {
  readonly text: string;
  readonly at: Moment | null;
}

export interface Task {
  readonly task: string;
  readonly owner: string | null;
  /** By when, in the words of the text. */
  readonly due: string | null;
  /** The same as a day, YYYY-MM-DD, where the text makes it sure. */
  readonly dueDate: string | null;
  readonly done: boolean;
  readonly at: Moment | null;
}

/** A stretch of speech by one speaker. */
export interface Spoken {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string | null;
  readonly text: string;
  /** Where the recogniser gives them. */
  readonly words?: readonly { readonly text: string; readonly startMs: number; readonly endMs: number }[];
}

/** What was discussed under one point of the agenda of a formal protocol. */
export interface Hearing {
  readonly topic: string;
  readonly heard: readonly Point[];
  readonly spoke: readonly Point[];
  readonly decided: readonly Point[];
}

/**
 * A document between what was written and what a chat or a file shows: whoever renders it knows these blocks and no kind
 * of document. Labels are keys of texts until it is known who reads, then words.
 */
export type Block<Label extends string = string> =
  /** Always the first. Without a text the label alone is the title. */
  | { readonly block: 'title'; readonly label: Label; readonly text: string | null }
  /** One fact; null is said to be absent. */
  | { readonly block: 'field'; readonly label: Label; readonly value: string | null }
  | { readonly block: 'paragraphs'; readonly label?: Label; readonly items: readonly Point[] }
  /** An empty one is left out, unless its absence is worth saying. */
  | {
      readonly block: 'list';
      readonly label: Label;
      readonly items: readonly Point[];
      readonly sayAbsent?: true;
    }
  /** Numbered; an empty one is left out. */
  | {
      readonly block: 'topics';
      readonly label: Label;
      readonly items: readonly (Point & { readonly topic: string })[];
    }
  /** An empty one is left out; without a label the title says that these are tasks. */
  | { readonly block: 'tasks'; readonly label?: Label; readonly items: readonly Task[] }
  /** Columns with their heads. */
  | {
      readonly block: 'table';
      readonly head: readonly Label[];
      readonly rows: readonly (readonly string[])[];
    }
  /** The head of a formal protocol: its requisites as the business form has them. */
  | {
      readonly block: 'letterhead';
      readonly name: Label;
      readonly number: string | null;
      readonly date: string | null;
      readonly place: string | null;
      readonly subject: string;
    }
  /** The body of a formal protocol: the agenda, then each point of it. */
  | {
      readonly block: 'hearings';
      readonly agenda: Label;
      readonly heard: Label;
      readonly spoke: Label;
      readonly decided: Label;
      readonly items: readonly Hearing[];
    }
  /** Lines to be signed; who is not named is left to be written in. */
  | {
      readonly block: 'signatures';
      readonly items: readonly { readonly label: Label; readonly name: string | null }[];
    }
  | { readonly block: 'note'; readonly label: Label }
  /** What was said, word for word. */
  | { readonly block: 'speech'; readonly items: readonly Spoken[] };

type Words<Label extends string> = (label: Label) => string;

/** The same block with words in the place of the keys of texts. */
export function inWords<Label extends string>(block: Block<Label>, words: Words<Label>): Block {
  switch (block.block) {
    case 'title':
    case 'field':
    case 'list':
    case 'topics':
    case 'note':
      return { ...block, label: words(block.label) };
    case 'paragraphs':
    case 'tasks': {
      const { label, ...rest } = block;
      return label === undefined ? rest : { ...rest, label: words(label) };
    }
    case 'table':
      return { ...block, head: block.head.map(words) };
    case 'letterhead':
      return { ...block, name: words(block.name) };
    case 'hearings':
      return {
        ...block,
        agenda: words(block.agenda),
        heard: words(block.heard),
        spoke: words(block.spoke),
        decided: words(block.decided),
      };
    case 'signatures':
      return { ...block, items: block.items.map((one) => ({ ...one, label: words(one.label) })) };
    case 'speech':
      return block;
    default:
      return block satisfies never;
  }
}
