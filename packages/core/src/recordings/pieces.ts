import { type FailureReason, recordingPieces, recordings, type Segment } from '@aisha/db';
import type { Recognition } from '@aisha/providers';
import { TransientError } from '@aisha/service';
import { and, asc, count, eq, isNull, sql } from 'drizzle-orm';
import { closeBreaker, closedFor, noteRefusal } from '../breaker/breaker.ts';
import { failOrder, noteProgress, noteSilence, orderUnderWay } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { countPaidCall } from '../spending/spending.ts';
import { type Order, transact } from '../unit.ts';
import { believed } from './believe.ts';

/** Slow speech has 8 characters a second; a text this much shorter than its sound was cut by the server. */
const LEAST_CHARACTERS_PER_SECOND = 2;

/** A server takes a fraction of the sound's length; one that hangs must not cost a short voice message five minutes. */
const patienceMs = (piece: { startMs: number; endMs: number }) =>
  40_000 + 0.8 * (piece.endMs - piece.startMs);

/** `recording.piece`: eight attempts, 3 s … 6 min between them. */
const RETRIED_MINUTES = 8;

const hearing = ({ recogniser }: WorkerParts) =>
  ({ provider: 'openai', use: 'speech', model: recogniser.model }) as const;

/**
 * Job: transcribes one piece, by itself retried. Whoever answered is asked again once at most, when the answer is far
 * too short for the sound; each call is counted before it is made.
 */
export async function transcribePiece(
  parts: WorkerParts,
  recordingId: string,
  index: number,
  run: Run,
): Promise<void> {
  const order = await orderUnderWay(parts.db, 'transcription', recordingId);
  const [found] = await parts.db
    .select({ piece: recordingPieces, language: recordings.language })
    .from(recordingPieces)
    .innerJoin(recordings, eq(recordings.id, recordingPieces.recordingId))
    .where(isPiece({ recordingId, index }));
  if (!order || !found) return joinIfDone(parts, recordingId);
  const closed = await closedFor(parts, hearing(parts));
  if (closed) return failOrder(parts, order.id, closed);

  const audio = await parts.storage.get('transcripts', found.piece.objectKey);
  if (!audio) throw new Error(`piece ${found.piece.objectKey} is not in the bucket`);
  const stop = await countAsking(parts, found.piece, order.ownerId);
  if (stop) return failOrder(parts, order.id, stop);
  const outcome = await parts.recogniser.transcribe({
    audio,
    fileName: 'voice.ogg',
    contentType: 'audio/ogg',
    ...(found.language === null ? {} : { language: found.language }),
    timeoutMs: patienceMs(found.piece),
    signal: run.signal,
  });
  // What it was answered first, too short for its sound.
  const first = found.piece.text === null ? null : heardBefore(found.piece);
  switch (outcome.kind) {
    case 'ok': {
      await closeBreaker(parts, hearing(parts));
      const answer = readAnswer(found.piece, outcome);
      if (first)
        return finish(parts, order, found.piece, answer.text.length > first.text.length ? answer : first);
      if (!cutShort(found.piece, outcome.text, outcome.durationS) || run.lastAttempt)
        return finish(parts, order, found.piece, answer);
      await keep(parts, found.piece, answer, false);
      throw new TransientError(
        `${outcome.text.length} characters for ${found.piece.voicedMs} ms of speech: cut short`,
      );
    }
    case 'retry':
      // An answer that may be short is better than none, and is paid for.
      if (first) return finish(parts, order, found.piece, first);
      if (run.lastAttempt) return failOrder(parts, order.id, 'provider_down');
      if (found.piece.asked > 0) await noteSilence(parts, order, RETRIED_MINUTES);
      throw new TransientError(
        `speech model: ${outcome.why}`,
        outcome.afterMs === null ? {} : { retryAfterMs: outcome.afterMs },
      );
    case 'refused': {
      parts.log.warn('the speech model refused a piece', { recordingId, index, code: outcome.code });
      const failure = await noteRefusal(parts, hearing(parts), outcome.code);
      if (first) return finish(parts, order, found.piece, first);
      return failOrder(parts, order.id, failure);
    }
    default:
      outcome satisfies never;
  }
}

export type Piece = typeof recordingPieces.$inferSelect;
type Answer = Pick<Piece, 'language'> & { readonly text: string; readonly segments: readonly Segment[] };

const heardBefore = ({ text, segments, language }: Piece): Answer => ({
  text: text ?? '',
  segments: segments ?? [],
  language,
});

/** An answer without what was made up, with times of the recording. */
function readAnswer(piece: Piece, outcome: Recognition & { readonly kind: 'ok' }): Answer {
  const { text, segments } = believed({ text: outcome.text.trim(), segments: outcome.segments ?? [] }, piece);
  return {
    text,
    segments: segments.map((segment) => ({
      startMs: piece.startMs + Math.round(segment.start * 1_000),
      endMs: piece.startMs + Math.round(segment.end * 1_000),
      text: segment.text.trim(),
      ...(segment.speaker === undefined ? {} : { speaker: segment.speaker }),
    })),
    language: outcome.language ?? null,
  };
}

/** Counts the call that is about to be made; the reason why it must not be, if there is one. */
function countAsking(parts: WorkerParts, piece: Piece, ownerId: number): Promise<FailureReason | null> {
  return transact(parts, async ({ tx }) => {
    await tx
      .update(recordingPieces)
      .set({ asked: sql`${recordingPieces.asked} + 1` })
      .where(isPiece(piece));
    return countPaidCall(tx, parts.config.spending, {
      ownerId,
      for: 'recording',
      id: piece.recordingId,
    });
  });
}

const isPiece = ({ recordingId, index }: Pick<Piece, 'recordingId' | 'index'>) =>
  and(
    eq(recordingPieces.recordingId, recordingId),
    eq(recordingPieces.index, index),
    isNull(recordingPieces.doneAt),
  );

async function keep(parts: WorkerParts, piece: Piece, answer: Answer, isLast: boolean): Promise<void> {
  await parts.db
    .update(recordingPieces)
    .set({ ...answer, ...(isLast ? { doneAt: sql`now()` } : {}) })
    .where(isPiece(piece));
}

async function finish(parts: WorkerParts, order: Order, piece: Piece, answer: Answer): Promise<void> {
  await keep(parts, piece, answer, true);
  await noteMinutes(parts, order.id, piece.recordingId);
  return joinIfDone(parts, piece.recordingId);
}

/** Servers have been seen to answer 200 with only the beginning of the text. */
function cutShort(
  piece: { startMs: number; endMs: number; voicedMs: number },
  text: string,
  heardS?: number,
): boolean {
  const lengthS = (piece.endMs - piece.startMs) / 1_000;
  if (heardS !== undefined && heardS > 0 && heardS < lengthS * 0.9 - 2) return true;
  return piece.voicedMs > 10_000 && text.length < (piece.voicedMs / 1_000) * LEAST_CHARACTERS_PER_SECOND;
}

async function noteMinutes(parts: WorkerParts, orderId: string, recordingId: string): Promise<void> {
  const pieces = await parts.db
    .select({
      startMs: recordingPieces.startMs,
      endMs: recordingPieces.endMs,
      doneAt: recordingPieces.doneAt,
    })
    .from(recordingPieces)
    .where(eq(recordingPieces.recordingId, recordingId));
  const minutes = (of: typeof pieces) =>
    of.reduce((sum, piece) => sum + piece.endMs - piece.startMs, 0) / 60_000;
  const total = Math.max(1, Math.ceil(minutes(pieces)));
  const done = Math.min(total, Math.floor(minutes(pieces.filter((piece) => piece.doneAt))));
  await noteProgress(parts, orderId, { stage: 'transcribing', done, total });
}

/** Whoever finishes the last piece enqueues the join; the sweeper does where a crash came between. */
export async function joinIfDone(parts: WorkerParts, recordingId: string): Promise<void> {
  const [open] = await parts.db
    .select({ n: count() })
    .from(recordingPieces)
    .where(and(eq(recordingPieces.recordingId, recordingId), isNull(recordingPieces.doneAt)));
  if (open?.n === 0)
    await transact(parts, async (unit) => {
      unit.enqueue('recording.join', { recordingId });
    });
}

/** How much of a recording is given to the recogniser, and paid for: pieces in which nothing rises above the noise are not. */
export const secondsHeard = (
  pieces: readonly { startMs: number; endMs: number; silent?: boolean | undefined }[],
): number =>
  pieces.reduce((ms, { startMs, endMs, silent = false }) => ms + (silent ? 0 : endMs - startMs), 0) / 1_000;

export async function piecesInOrder(parts: Pick<WorkerParts, 'db'>, recordingId: string) {
  return parts.db
    .select()
    .from(recordingPieces)
    .where(eq(recordingPieces.recordingId, recordingId))
    .orderBy(asc(recordingPieces.index));
}
