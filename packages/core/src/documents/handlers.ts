import type { JobHandlers } from '@aisha/queue';
import { failOrderOf } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import { writeSection } from './section.ts';
import { writeDocument } from './write.ts';

export function documentHandlers(parts: WorkerParts) {
  const giveUp = ({ documentId }: { readonly documentId: string }) =>
    failOrderOf(parts, 'document', documentId);
  return {
    'document.write': { handle: ({ documentId }) => writeDocument(parts, documentId), giveUp },
    'document.section': { handle: (payload, run) => writeSection(parts, payload, run), giveUp },
  } satisfies Partial<JobHandlers>;
}
