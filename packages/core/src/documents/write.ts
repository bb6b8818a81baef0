import { documents, documentSections } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { eq, sql } from 'drizzle-orm';
import { failOrder, noteProgress, orderUnderWay, startOrder, succeedOrder } from '../orders/orders.ts';
import { AGAIN } from '../overdue.ts';
import type { WorkerParts } from '../parts.ts';
import type { Recording } from '../recordings/recordings.ts';
import { proposeTitle } from '../recordings/title.ts';
import { transact, type Unit } from '../unit.ts';
import { type Document, documentAndRecording } from './documents.ts';
import { type DocumentKind, documentKinds, kindOf } from './kinds/index.ts';
import type { DocumentDefinition } from './kinds/kind.ts';
import { type Line, momentsIn, readMaterial } from './lines.ts';
import {
  addSections,
  coverText,
  dropSections,
  isCovered,
  nextStep,
  type Section,
  sectionsIn,
} from './plan.ts';
import { waitsAs } from '../users/turns.ts';

/** A quarter of what one worker takes, so that a long document does not hold up everybody's; 60,000 words in five rounds. */
const SECTIONS_AT_ONCE = 4;

/**
 * Job: brings a document on, over the whole text: what has no result is asked for, what has is merged, and what is
 * one is kept. Everything is in rows, so a repeat goes on where an earlier run stopped.
 */
export async function writeDocument(parts: WorkerParts, documentId: string): Promise<void> {
  const found = await documentAndRecording(parts.db, documentId);
  const waiting = await orderUnderWay(parts.db, 'document', documentId);
  if (!found || !waiting) return;
  const { document, recording } = found;
  const known = kindOf(document.kind);
  if (!known) return parts.log.warn('a kind of document of a newer release', { kind: document.kind });
  const order = await startOrder(parts, waiting.id);
  if (!order) return;
  if (!recording.text) return failOrder(parts, order.id, 'nothing_to_write');
  const { lines, text } = await readMaterial(parts, recording);
  if (text === '') return failOrder(parts, order.id, 'nothing_to_write');

  const { sections, content } = await transact(parts, (unit) =>
    advance(unit, document, documentKinds[known.kind], text),
  );
  const ofText = sections.filter((section) => section.level === 0);
  const done = ofText.filter((section) => section.result !== null).length;
  const total = ofText.length;
  await noteProgress(parts, order.id, { stage: 'writing', ...(total > 1 ? { done, total } : {}) });
  if (content) await keep(parts, { document, recording }, order.id, content, lines);
}

/** Plans what is next and enqueues it; one run at a time for a document. */
async function advance(
  unit: Unit,
  { id: documentId, ownerId }: Document,
  definition: DocumentDefinition,
  text: string,
): Promise<{ sections: readonly Section[]; content: Section['result'] }> {
  await unit.tx
    .select({ id: documents.id })
    .from(documents)
    .where(eq(documents.id, documentId))
    .for('update');
  // Whoever held the lock may have kept the document.
  if (!(await orderUnderWay(unit.tx, 'document', documentId))) return { sections: [], content: null };
  for (;;) {
    const sections = await sectionsIn(unit.tx, documentId);
    if (sections.length === 0) {
      await addSections(unit, documentId, coverText(text, definition.sectionCharacters));
      continue;
    }
    if (!isCovered(sections, text)) {
      await dropSections(unit, documentId);
      continue;
    }
    const step = nextStep(sections, definition.merge);
    switch (step.kind) {
      case 'merge':
        await addSections(unit, documentId, step.rows);
        break;
      case 'ask':
        for (const { id: sectionId } of step.open.slice(0, SECTIONS_AT_ONCE))
          unit.enqueue('document.section', { documentId, sectionId }, { by: waitsAs(ownerId) });
        return { sections, content: null };
      case 'written':
        return { sections, content: step.content };
      default:
        return step satisfies never;
    }
  }
}

/** Keeps the document in the bucket and in the row, and ends the order, all or nothing. */
async function keep(
  parts: WorkerParts,
  { document, recording }: { readonly document: Document; readonly recording: Recording },
  orderId: string,
  content: NonNullable<Section['result']>,
  lines: readonly Line[],
): Promise<void> {
  const { id, ownerId, recordingId } = document;
  const key = objectKey(ownerId, 'recordings', recordingId, `documents/${id}.json`);
  await parts.storage.put('transcripts', key, Buffer.from(JSON.stringify(content, null, 2)), {
    contentType: 'application/json; charset=utf-8',
  });
  const moments = Object.fromEntries(
    momentsIn(content).map((number) => [number, lines[number - 1]?.startMs ?? null]),
  );
  await transact(parts, async (unit) => {
    if (!(await succeedOrder(unit, orderId))) return;
    await unit.tx
      .update(documents)
      .set({ content, moments, done: [], objectKey: key, writtenAt: sql`now()`, indexDueAt: AGAIN })
      .where(eq(documents.id, id));
    unit.enqueue('history.index', { recordingId, documentId: id }, { by: waitsAs(ownerId) });
    await unit.tx.delete(documentSections).where(eq(documentSections.documentId, id));
    const title = titleIn(document, recording, content);
    if (title !== null) await proposeTitle(unit.tx, recordingId, title, 'document');
  });
}

/** Documents that say what the whole text is about, in its own language. */
const TITLED: readonly string[] = ['summary', 'digest', 'minutes', 'protocol'] satisfies DocumentKind[];

function titleIn(
  { kind, language }: Document,
  recording: Recording,
  { title }: NonNullable<Section['result']>,
): string | null {
  const isOwn = recording.language === null || recording.language === language;
  return TITLED.includes(kind) && isOwn && recording.source !== 'text' && typeof title === 'string'
    ? title
    : null;
}
