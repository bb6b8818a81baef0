import { dialogue } from '../chat/dialogue.ts';

export const promoCode = dialogue('promo.code', {});
