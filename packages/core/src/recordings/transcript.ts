import type { Correction, Segment } from '@aisha/db';
import { storableJson } from '@aisha/service';
import { objectKey, type Storage } from '@aisha/storage';
import { z } from 'zod';
import type { Recording } from './recordings.ts';

const ms = z.number().int().nonnegative();
const stretch = z.object({ startMs: ms, endMs: ms });

const word = stretch.extend({
  text: z.string(),
  /** 0 to 1, where the recogniser tells how sure it is. */
  confidence: z.number().min(0).max(1).optional(),
});

const segment = stretch.extend({
  /** Which of `speakers`; null where nobody knows. */
  speaker: z.number().int().nonnegative().nullable(),
  text: z.string(),
  /** In their order; together they are the text. */
  words: z.array(word).optional(),
  /** Places in `text`, in UTF-16 units, of words that the recogniser itself doubts. */
  unsure: z.array(z.object({ from: z.number().int(), to: z.number().int() })).optional(),
});

/** Whole and in order: what was said, when, and by whom. Only add optional fields: kept transcripts are read for ever. */
const transcript = z.object({
  /** ISO 639-1, of most of it. */
  language: z.string().nullable(),
  durationMs: ms,
  /** In their order, one after the other; each is a turn's part, mostly a sentence or a phrase. */
  segments: z.array(segment),
  /** Stretches in which something is said that could not be recognised. */
  missing: z.array(stretch),
  /** The names of the speakers by their number, where the source itself tells them (subtitles, who sent a voice). */
  speakers: z.array(z.string().nullable()).default([]),
  /**
   * Whose times these are: the recogniser's, those of our own cuts at pauses, those of a file of subtitles; `none`: a
   * text without any, all of them are 0.
   */
  timesFrom: z.enum(['recogniser', 'pieces', 'file', 'none']),
});

export type Transcript = z.infer<typeof transcript>;
export type TranscriptSegment = Transcript['segments'][number];

export const transcriptKey = ({ ownerId, id }: Pick<Recording, 'ownerId' | 'id'>): string =>
  objectKey(ownerId, 'recordings', id, 'transcript.json');

export async function putTranscript(
  storage: Storage,
  recording: Pick<Recording, 'ownerId' | 'id'>,
  kept: Transcript,
): Promise<void> {
  const bytes = Buffer.from(storableJson(transcript.parse(kept)), 'utf8');
  await storage.put('transcripts', transcriptKey(recording), bytes, { contentType: 'application/json' });
}

type InRow = Pick<Recording, 'language' | 'durationMs' | 'segments' | 'text'>;
type Transcribed = InRow & Pick<Recording, 'id' | 'ownerId' | 'corrections'>;

/**
 * The transcript of a recording with what its person put right; of one that was transcribed before there were any, what its
 * row tells.
 */
export async function readTranscript(
  { storage }: { readonly storage: Pick<Storage, 'get'> },
  recording: Transcribed,
): Promise<Transcript> {
  const kept = await storage.get('transcripts', transcriptKey(recording));
  if (!kept) return transcriptInRow(recording);
  const recognised = transcript.parse(JSON.parse(kept.toString('utf8')));
  return { ...recognised, segments: corrected(recognised.segments, recording.corrections ?? []) };
}

function corrected(
  segments: readonly TranscriptSegment[],
  corrections: readonly Correction[],
): TranscriptSegment[] {
  const texts = new Map(corrections.map(({ segment: at, text }) => [at, text]));
  return segments.map(({ words, unsure, ...recognised }, at) => {
    const text = texts.get(at);
    if (text === undefined) return { ...recognised, ...(words && { words }), ...(unsure && { unsure }) };
    const said = text.split(/\s+/u).filter(Boolean);
    // As many words as before keep their times; otherwise the segment's own are what is known.
    const timed = words?.length === said.length;
    return {
      ...recognised,
      text,
      ...(words && timed
        ? { words: words.map(({ startMs, endMs }, n) => ({ startMs, endMs, text: said[n] ?? '' })) }
        : {}),
    };
  });
}

/** Recordings were cut into pieces so long, and a recogniser's speakers are those of one piece. */
const OLD_PIECE_MS = 300_000;

/** What a recording's row tells of its transcript: without the words' times, but with what was put right. */
export function transcriptInRow({ language, durationMs, segments, text }: InRow): Transcript {
  const timed = segments ?? [];
  const endMs = timed.reduce((latest, one) => Math.max(latest, one.endMs), durationMs ?? 0);
  const labels = labelsIn(timed, endMs);
  const numberOf = numbering(labels);
  const paragraphs = (text ?? '').split(/\n+/).filter((line) => line.trim() !== '');
  return {
    language,
    durationMs: endMs,
    segments:
      timed.length > 0
        ? timed.map((one) => ({
            startMs: one.startMs,
            endMs: one.endMs,
            speaker: numberOf(one.speaker),
            text: one.text,
            ...(one.unsure ? { unsure: [...one.unsure] } : {}),
          }))
        : paragraphs.map((line) => ({ startMs: 0, endMs: 0, speaker: null, text: line })),
    missing: [],
    speakers: labels.map(() => null),
    timesFrom: timed.some((one) => one.endMs > 0) ? 'pieces' : 'none',
  };
}

/** Speakers are numbered through the whole recording; those of a release before this one are only of a piece. */
function labelsIn(segments: readonly Segment[], endMs: number): string[] {
  const labels = speakerLabels(segments);
  if (!labels.every((label) => /^\d{1,3}$/.test(label))) return endMs <= OLD_PIECE_MS ? labels : [];
  const last = labels.reduce((most, label) => Math.max(most, Number(label)), -1);
  return Array.from({ length: last + 1 }, (_one, n) => String(n));
}

const speakerLabels = (segments: readonly Segment[]): string[] => [
  ...new Set(segments.flatMap(({ speaker }) => (speaker === undefined ? [] : [speaker]))),
];

/** Which of the labels one is; null where it is none. There may be as many as lines. */
function numbering(labels: readonly string[]): (label: string | null | undefined) => number | null {
  const numbers = new Map(labels.map((label, n) => [label, n]));
  return (label) => (label == null ? null : (numbers.get(label) ?? null));
}

/** What was said between times of a file, as a transcript. */
export function transcriptOfCues(
  cues: readonly { startMs: number; endMs: number; speaker: string | null; text: string }[],
): Transcript {
  const names = [...new Set(cues.flatMap(({ speaker }) => (speaker === null ? [] : [speaker])))];
  const numberOf = numbering(names);
  return {
    language: null,
    durationMs: cues.reduce((latest, { endMs }) => Math.max(latest, endMs), 0),
    segments: cues.map(({ startMs, endMs, speaker, text }) => ({
      startMs,
      endMs,
      speaker: numberOf(speaker),
      text,
    })),
    missing: [],
    speakers: names,
    timesFrom: 'file',
  };
}

/** The same of a text without times: a paragraph each. */
export const transcriptOfText = (text: string): Transcript =>
  transcriptInRow({ language: null, durationMs: null, segments: null, text });
