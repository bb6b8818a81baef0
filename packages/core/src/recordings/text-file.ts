import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Segment, FailureReason } from '@aisha/db';
import chardet from 'chardet';
import iconv from 'iconv-lite';
import type { Order } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import { keepTranscript } from './join.ts';
import type { Recording } from './recordings.ts';

/** Longer than any book; what is larger is not a text. */
const MAX_CHARACTERS = 3_000_000;

/** A sent text takes the place of a transcript: the same history, the same documents. */
export async function readTextFile(
  parts: WorkerParts,
  recording: Recording,
  order: Order,
  path: string,
): Promise<FailureReason | null> {
  const text = decodeText(await readFile(path));
  if (text === null || text.length > MAX_CHARACTERS) return 'not_text';
  const isSubtitles = ['.srt', '.vtt'].includes(extname(recording.fileName ?? '').toLowerCase());
  const content = isSubtitles ? subtitleText(text) : text.trim();
  if (content === '') return 'empty_file';
  const segments: Segment[] = [];
  await keepTranscript(parts, recording, order, { text: content, segments, language: null });
  return null;
}

/** Any common encoding; null when the bytes are not text. */
export function decodeText(bytes: Buffer): string | null {
  const encoding = chardet.detect(bytes) ?? 'UTF-8';
  const text = iconv.encodingExists(encoding) ? iconv.decode(bytes, encoding) : bytes.toString('utf8');
  // Control characters other than white space mean a binary file.
  return /\p{Cc}/u.test(text.replace(/[\t\n\r\f\v]/g, '')) ? null : text.replaceAll('\r\n', '\n');
}

/** The words of SRT or WebVTT subtitles without numbers, times and markup. */
function subtitleText(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^(WEBVTT|NOTE\b|STYLE\b|\d+$)/.test(line.trim()) && !line.includes('-->'))
    .map((line) => line.replace(/<[^>]*>/g, '').trim())
    .filter(Boolean)
    .join('\n');
}
