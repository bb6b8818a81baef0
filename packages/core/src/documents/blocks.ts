/**
 * A written document between what the model filled in and what a chat or a file shows: whoever renders it knows these
 * blocks and no kind of document. Labels are keys of texts, so that it is shown in the reader's language.
 */
export type Block<Label extends string = string> =
  /** Always the first. Without a text the label alone is the title. */
  | { readonly block: 'title'; readonly label: Label; readonly text: string | null }
  /** One fact; null is said to be absent. */
  | { readonly block: 'field'; readonly label: Label; readonly value: string | null }
  | { readonly block: 'paragraphs'; readonly items: readonly string[] }
  /** An empty one is left out, unless its absence is worth saying. */
  | {
      readonly block: 'list';
      readonly label: Label;
      readonly items: readonly string[];
      readonly sayAbsent?: true;
    }
  /** Numbered; an empty one is left out. */
  | {
      readonly block: 'topics';
      readonly label: Label;
      readonly items: readonly { readonly topic: string; readonly discussion: string }[];
    }
  /** An empty one is left out; without a label the title says that these are tasks. */
  | { readonly block: 'tasks'; readonly label?: Label; readonly items: readonly Task[] }
  | { readonly block: 'note'; readonly label: Label };

export interface Task {
  readonly task: string;
  readonly owner: string | null;
  readonly due: string | null;
}
