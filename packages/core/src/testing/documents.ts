import { recordings } from '@aisha/db';
import { jobs } from '@aisha/queue';
import { eq } from 'drizzle-orm';
import { orderDocument } from '../documents/documents.ts';
import type { DocumentKind } from '../documents/kinds/index.ts';
import { writeSection } from '../documents/section.ts';
import { writeDocument } from '../documents/write.ts';
import type { Recording } from '../recordings/recordings.ts';
import { type Order, transact } from '../unit.ts';
import { makeRecording, recordingNow } from './making.ts';
import type { TestParts } from './parts.ts';

/** A recording that has this text already. */
export async function makeText(bench: TestParts, ownerId: number, text: string | null): Promise<Recording> {
  const file = { bytes: Buffer.from('x'), name: 'a.txt', mime: 'text/plain' };
  const { recording, order } = await makeRecording(bench, ownerId, file, 'text');
  await bench.parts.db
    .update(recordings)
    .set({ text, transcribedAt: new Date() })
    .where(eq(recordings.id, recording.id));
  await bench.parts.db.execute(
    `update orders set state = 'succeeded', ended_at = now() where id = '${order.id}'`,
  );
  return recordingNow(bench, recording.id);
}

export async function makeDocument(
  { parts }: TestParts,
  recording: Recording,
  kind: DocumentKind = 'summary',
): Promise<{ order: Order; documentId: string }> {
  const outcome = await transact(parts, (unit) =>
    orderDocument(unit, recording, kind, 'ru', { chatId: recording.ownerId }),
  );
  if (outcome.kind !== 'placed') throw new Error('there is one already');
  return { order: outcome.order, documentId: outcome.order.subjectId ?? '' };
}

const { schema } = jobs['document.section'];

/** Does the jobs of a document one after the other, as they are enqueued, until none is left. */
export async function writeThrough(bench: TestParts, documentId: string): Promise<void> {
  let seen = bench.enqueued.length;
  await writeDocument(bench.parts, documentId);
  for (; seen < bench.enqueued.length; seen += 1) {
    const job = bench.enqueued[seen];
    if (job?.name === 'document.write') await writeDocument(bench.parts, documentId);
    const section = job?.name === 'document.section' ? schema.safeParse(job.payload).data : undefined;
    if (section?.documentId === documentId) await writeSection(bench.parts, section, bench.run());
  }
}
