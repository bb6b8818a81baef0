import { createHash } from 'node:crypto';
import {
  endExport,
  type Export,
  exportKey,
  excerptOf,
  exportUnderWay,
  failOrder,
  findExport,
  type FoundExport,
  type Order,
  readTranscript,
  type Run,
  startOrder,
  type WorkerParts,
} from '@aisha/core';
import type { Language } from '@aisha/db';
import { formats, isFormat, type Paper, renderPaper } from '@aisha/export';
import { fileNameOf } from '../chat/files.ts';
import type { TextKey, TextParams, Texts } from '../texts/index.ts';
import { excerptCaption } from './results.ts';
import { documentPaper, labelLanguage, transcriptPaper } from './papers.ts';

export type ExportParts = WorkerParts & { readonly texts: Texts };

/** Job: makes a file that somebody asked for, unless what was made before is still the same, and ends its order. */
export async function makeExport(
  parts: ExportParts,
  exportId: string,
  run: Pick<Run, 'signal' | 'lastAttempt'>,
): Promise<void> {
  const waiting = await exportUnderWay(parts, exportId);
  if (!waiting) return;
  const found = await findExport(parts.db, exportId);
  const order = await startOrder(parts, waiting.id);
  if (!order) return;
  if (!found) return failOrder(parts, order.id, 'export_empty');
  const { made } = found;
  if (made.format === 'sound') return makeSound(parts, found, order, run);
  if (!isFormat(made.format)) return parts.log.warn('a format of a newer release', { format: made.format });

  const paper = await paperOf(parts, found);
  if (!paper || !formats[made.format].fits(paper)) return failOrder(parts, order.id, 'export_empty');
  const fingerprint = fingerprintOf(paper, made);
  if (made.fingerprint === fingerprint && (await isThere(parts, made)))
    return endExport(parts, order, made, null);
  const rendered = await renderPaper({ paper, format: made.format, id: made.id }, run.signal);
  switch (rendered.kind) {
    case 'ok': {
      const objectKey = exportKey(made, made.format);
      await parts.storage.put('transcripts', objectKey, rendered.file, {
        contentType: formats[made.format].contentType,
      });
      const fileName = fileNameOf(paper.title, `.${made.format}`);
      return endExport(parts, order, made, { fingerprint, objectKey, fileName });
    }
    case 'too_long':
      return failOrder(parts, order.id, 'export_too_long');
    case 'no_letters':
      return failOrder(parts, order.id, 'export_no_letters');
    default:
      return rendered satisfies never;
  }
}

/** The cut of sound around a line, with its words. */
async function makeSound(
  parts: ExportParts,
  { made, recording }: FoundExport,
  order: Order,
  run: Pick<Run, 'signal' | 'lastAttempt'>,
): Promise<void> {
  const excerpt = await excerptOf(parts, recording, made.line ?? 0, run);
  if (!excerpt) return failOrder(parts, order.id, 'export_empty');
  const caption = excerptCaption(words(parts, made.language), excerpt);
  if (excerpt.sound === null) return endExport(parts, order, made, { caption, objectKey: null });
  const objectKey = exportKey(made, 'ogg');
  await parts.storage.put('transcripts', objectKey, excerpt.sound, { contentType: 'audio/ogg' });
  const fileName = fileNameOf(recording.title, '.ogg');
  return endExport(parts, order, made, { caption, objectKey, fileName });
}

async function paperOf(parts: ExportParts, found: FoundExport): Promise<Paper | null> {
  const { made, recording, document } = found;
  if (document)
    return documentPaper(words(parts, labelLanguage(document, made.language)), recording, document);
  const transcript = await readTranscript(parts, recording);
  return transcriptPaper(words(parts, made.language), recording, transcript, made.language);
}

const words = ({ texts }: ExportParts, language: Language) => ({
  label: (key: TextKey, params?: TextParams) => texts.plain(language, key, params),
});

/** To be raised when a format is drawn otherwise, so that files of before are made anew. */
const EDITION = 1;

const fingerprintOf = (paper: Paper, { format }: Pick<Export, 'format'>): string =>
  createHash('sha256')
    .update(JSON.stringify([EDITION, format, paper]))
    .digest('base64url');

const isThere = async ({ storage }: ExportParts, { objectKey }: Export): Promise<boolean> =>
  objectKey !== null && (await storage.exists('transcripts', objectKey));
