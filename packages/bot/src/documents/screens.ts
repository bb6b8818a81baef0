import { DOCUMENT_KINDS, type Recording } from '@aisha/core';
import { button } from '../buttons.ts';
import { type Button, rows } from '../chat/button.ts';
import type { Voice } from '../chat/voice.ts';

/** Every kind of document that can be made of a recording. */
export const documentButtons = (
  voice: Pick<Voice, 'label' | 'price' | 'priced'>,
  recording: Pick<Recording, 'id' | 'text'>,
): Button[][] => {
  const price = voice.price('document', { characters: recording.text?.length ?? 0 });
  return rows(
    DOCUMENT_KINDS.map((kind) =>
      button(
        voice.priced(voice.label(`document.kind.${kind}`), price),
        'document',
        recording.id,
        kind,
        price,
      ),
    ),
    2,
  );
};
