import { dialogue } from '../chat/dialogue.ts';

/** Names and terms are typed. */
export const termsTyped = dialogue('vocabulary', {});
