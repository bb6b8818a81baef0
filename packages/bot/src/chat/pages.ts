import type { Button } from './button.ts';
import type { Voice } from './voice.ts';

/** The arrows to the page before and the one after, where there are such. */
export function pageButtons(
  voice: Voice,
  page: number,
  pages: number,
  to: (text: string, page: number) => Button,
): Button[] {
  return [
    ...(page > 0 ? [to(voice.label('button.prev'), page - 1)] : []),
    ...(page < pages - 1 ? [to(voice.label('button.next'), page + 1)] : []),
  ];
}
