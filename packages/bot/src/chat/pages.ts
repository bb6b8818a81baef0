import type { Button } from './screen.ts';
import type { Voice } from '../avatars/screens.ts';

/** The arrows to the page before and the one after, where there are such; `name:<page>` is what they bring. */
export function pageButtons(voice: Voice, name: string, page: number, pages: number): Button[] {
  return [
    page > 0 ? { text: voice.label('button.prev'), data: `${name}:${page - 1}` } : null,
    page < pages - 1 ? { text: voice.label('button.next'), data: `${name}:${page + 1}` } : null,
  ].filter((button) => button !== null);
}
