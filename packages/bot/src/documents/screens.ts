import { DOCUMENT_KINDS } from '@aisha/core';
import { button } from '../buttons.ts';
import { type Button, rows } from '../chat/button.ts';
import type { Voice } from '../chat/voice.ts';

/** Every kind of document that can be made of a recording. */
export const documentButtons = (
  voice: Pick<Voice, 'label' | 'price' | 'priced'>,
  recordingId: string,
): Button[][] => {
  const price = voice.price('document');
  return rows(
    DOCUMENT_KINDS.map((kind) =>
      button(voice.priced(voice.label(`document.kind.${kind}`), price), 'document', recordingId, kind, price),
    ),
    2,
  );
};
