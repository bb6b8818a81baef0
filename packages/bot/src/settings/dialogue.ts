import { dialogue } from '../chat/dialogue.ts';

/** Asked what time it is where they are: a city or a time may be written, too. */
export const askingZone = dialogue('settings.zone', {});
