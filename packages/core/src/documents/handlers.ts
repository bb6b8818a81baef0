import type { JobHandlers } from '@aisha/queue';
import { failOrderOf } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import { giveUpSlide, readSlide } from './slides.ts';
import { writeSection } from './section.ts';
import { writeDocument } from './write.ts';

export function documentHandlers(parts: WorkerParts) {
  const giveUp = ({ documentId }: { readonly documentId: string }) =>
    failOrderOf(parts, 'document', documentId);
  return {
    'document.write': { handle: ({ documentId }) => writeDocument(parts, documentId), giveUp },
    'recording.slide': {
      handle: ({ slideId }, run) => readSlide(parts, slideId, run),
      giveUp: ({ slideId }) => giveUpSlide(parts, slideId),
    },
    'document.section': { handle: (payload, run) => writeSection(parts, payload, run), giveUp },
  } satisfies Partial<JobHandlers>;
}
