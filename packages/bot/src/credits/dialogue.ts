import { z } from 'zod';
import { dialogue } from '../chat/dialogue.ts';

export const promoCode = dialogue('promo.code', {});
/** The next text goes to the operators. */
export const supportQuestion = dialogue('support.question', {});
/** The next text of an operator answers that question. */
export const supportReply = dialogue('support.reply', { questionId: z.string() });
