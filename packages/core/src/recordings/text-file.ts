import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FailureReason } from '@aisha/db';
import type { Order } from '../unit.ts';
import type { WorkerParts } from '../parts.ts';
import { decodeText } from './encoding.ts';
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
  // A self-hosted Bot API server hands over files of 2 GB: not into memory.
  if ((await stat(path)).size > MAX_CHARACTERS * 4) return 'not_text';
  const text = decodeText(await readFile(path));
  if (text === null || text.length > MAX_CHARACTERS) return 'not_text';
  const isSubtitles = ['.srt', '.vtt'].includes(extname(recording.fileName ?? '').toLowerCase());
  const content = isSubtitles ? subtitleText(text) : text.trim();
  if (content === '') return 'empty_file';
  await keepTranscript(parts, recording, order, { text: content, segments: [], language: null });
  return null;
}

/** The words of SRT or WebVTT subtitles, without numbers, times, comments, styles and markup. */
export function subtitleText(text: string): string {
  return text
    .split(/\n[ \t]*\n/)
    .flatMap((block) => {
      const lines = block.split('\n').map((line) => line.trim());
      const times = lines.findIndex((line) => line.includes('-->'));
      if (times >= 0) return lines.slice(times + 1);
      // Without times it is a head, a comment, a style, or the rest of a cue with an empty line in it.
      return /^(WEBVTT|NOTE|STYLE|REGION)(\s|$)/.test(lines.find((line) => line !== '') ?? '') ? [] : lines;
    })
    .map((line) =>
      line
        .replace(/<[^>]*>|\{\\[^}]*\}/g, '')
        .replaceAll('&nbsp;', ' ')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&')
        .trim(),
    )
    .filter(Boolean)
    .join('\n');
}
