import { DOCUMENT_KINDS } from '@aisha/core';
import { button } from '../buttons.ts';
import { type Button, rows } from '../chat/button.ts';
import type { Voice } from '../chat/voice.ts';

/** Every kind of document that can be made of a recording. */
export const documentButtons = (voice: Pick<Voice, 'label'>, recordingId: string): Button[][] =>
  rows(
    DOCUMENT_KINDS.map((kind) => button(voice.label(`document.kind.${kind}`), 'document', recordingId, kind)),
    2,
  );
