import { avatarsComposer } from './avatars.ts';
import { creditsComposer } from './credits.ts';
import { imagesComposer } from './images.ts';
import { menuComposer } from './menu.ts';
import { ordersComposer } from './orders.ts';
import { recordingsComposer } from './recordings.ts';
import { restComposer } from './rest.ts';

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
