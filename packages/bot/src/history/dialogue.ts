import { dialogue } from '../chat/dialogue.ts';

/** Waits for words to look for; those that come after are looked for as well. */
export const searching = dialogue('history.search', {});
