import { avatarsComposer } from './avatars/composer.ts';
import { creditsComposer } from './credits/composer.ts';
import { imagesComposer } from './images/composer.ts';
import { menuComposer } from './menu/composer.ts';
import { ordersComposer } from './orders/composer.ts';
import { recordingsComposer } from './recordings/composer.ts';
import { restComposer } from './menu/rest.ts';

/** In the order in which they are asked. */
export function composers() {
  return [
    menuComposer(),
    ordersComposer(),
    avatarsComposer(),
    imagesComposer(),
    creditsComposer(),
    recordingsComposer(),
    restComposer(),
  ] as const;
}
