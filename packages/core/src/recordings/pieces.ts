import { recordingPieces, recordings } from '@aisha/db';
import { TransientError } from '@aisha/service';
import { and, asc, count, eq, isNull, sql } from 'drizzle-orm';
import { breakerOpen, closeBreaker, openBreaker } from '../breaker/breaker.ts';
import { failOrder, noteProgress, orderUnderWay } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { transact } from '../unit.ts';

/** Slow speech has 8 characters a second; a text this much shorter than its sound was cut by the server. */
const LEAST_CHARACTERS_PER_SECOND = 2;

/** A server takes a fraction of the sound's length; one that hangs must not cost a short voice message five minutes. */
const patienceMs = (piece: { startMs: number; endMs: number }) =>
  40_000 + 0.8 * (piece.endMs - piece.startMs);

/** Job: transcribes one piece, by itself retried. */
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
    .where(
      and(
        eq(recordingPieces.recordingId, recordingId),
        eq(recordingPieces.index, index),
        isNull(recordingPieces.doneAt),
      ),
    );
  if (!order || !found) return joinIfDone(parts, recordingId);
  if (await breakerOpen(parts, 'openai')) return failOrder(parts, order.id, 'provider_account');

  const audio = await parts.storage.get('transcripts', found.piece.objectKey);
  if (!audio) throw new Error(`piece ${found.piece.objectKey} is not in the bucket`);
  const outcome = await parts.recogniser.transcribe({
    audio,
    fileName: 'voice.ogg',
    contentType: 'audio/ogg',
    ...(found.language === null ? {} : { language: found.language }),
    timeoutMs: patienceMs(found.piece),
    signal: run.signal,
  });
  switch (outcome.kind) {
    case 'ok': {
      const text = outcome.text.trim();
      if (cutShort(found.piece, text, outcome.durationS) && !run.lastAttempt)
        throw new TransientError(
          `${text.length} characters for ${found.piece.voicedMs} ms of speech: cut short`,
        );
      const segments = (outcome.segments ?? []).map((segment) => ({
        startMs: found.piece.startMs + Math.round(segment.start * 1_000),
        endMs: found.piece.startMs + Math.round(segment.end * 1_000),
        text: segment.text.trim(),
        ...(segment.speaker === undefined ? {} : { speaker: segment.speaker }),
      }));
      await parts.db
        .update(recordingPieces)
        .set({ text, segments, language: outcome.language ?? null, doneAt: sql`now()` })
        .where(
          and(
            eq(recordingPieces.recordingId, recordingId),
            eq(recordingPieces.index, index),
            isNull(recordingPieces.doneAt),
          ),
        );
      await closeBreaker(parts, 'openai');
      await noteMinutes(parts, order.id, recordingId);
      return joinIfDone(parts, recordingId);
    }
    case 'retry':
      throw new TransientError(
        `speech model: ${outcome.why}`,
        outcome.afterMs === null ? {} : { retryAfterMs: outcome.afterMs },
      );
    case 'refused': {
      parts.log.warn('the speech model refused a piece', { recordingId, index, code: outcome.code });
      const account = outcome.code === 'account';
      if (account) await openBreaker(parts, 'openai', 'account');
      return failOrder(parts, order.id, account ? 'provider_account' : 'provider_refused');
    }
    default:
      outcome satisfies never;
  }
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

export async function piecesInOrder(parts: Pick<WorkerParts, 'db'>, recordingId: string) {
  return parts.db
    .select()
    .from(recordingPieces)
    .where(eq(recordingPieces.recordingId, recordingId))
    .orderBy(asc(recordingPieces.index));
}
