import type { Block } from './blocks.ts';

/** What a rendered file says beside its blocks, in its reader's language. */
export interface PaperWords {
  /** In the place of what the text lacks. */
  readonly absent: string;
  readonly task: string;
  readonly owner: string;
  readonly due: string;
  readonly moment: string;
}

/** The one form from which every file is made. Plain data: it goes to another process. */
export interface Paper {
  readonly title: string;
  /** BCP 47; spelling and hyphenation follow it. */
  readonly language: string;
  /** `protocol`: the Russian business form (GOST R 7.0.97: A4, margins 30, 10, 20 and 20 mm, 12 points). */
  readonly form: 'plain' | 'protocol';
  readonly blocks: readonly Block[];
  readonly words: PaperWords;
  /** ISO 8601: when the recording was sent. */
  readonly recordedAt: string;
}
