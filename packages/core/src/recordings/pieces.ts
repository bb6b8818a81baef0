import { type FailureReason, recordingPieces, recordings } from '@aisha/db';
import type { Hearer, Recognition } from '@aisha/providers';
import { TransientError } from '@aisha/service';
import { and, eq, isNull } from 'drizzle-orm';
import { closeBreaker, closedFor, noteRefusal } from '../breaker/breaker.ts';
import { failOrder, noteSilence, orderUnderWay } from '../orders/orders.ts';
import { waitForProviderIn } from '../orders/waiting.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { type Order, transact } from '../unit.ts';
import { hearAtFal } from './at-fal.ts';
import { answerOf, cutShort } from './heard.ts';
import type { Asked, Hearing } from './hearing.ts';
import { type Answer, heardBefore, isOpen, type Piece } from './piece.ts';
import { callFor, countAsking, finish, joinIfDone, keepAnswer, leaveOut, noteTry } from './piece-rows.ts';
import { hearersFor } from './recognisers.ts';
import type { Recording } from './recordings.ts';
import { callRoll, soundOf } from './roll-call.ts';
import { termsOf } from './vocabulary.ts';

/** `recording.piece`: eight attempts, 3 s … 6 min between them. */
const RETRIED_MINUTES = 8;

/** Whoever does not answer is asked so often for one piece where somebody else can be asked. */
const TRIES = 2;
/** Of a recogniser that will not be asked for this piece again. */
const GIVEN_UP = 1_000;

/** A server takes a fraction of the sound's length; one that hangs must not cost a short voice message five minutes. */
const patienceMs = ({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }) =>
  40_000 + Math.ceil(0.8 * (endMs - startMs));

/**
 * Job: has one piece recognised, by itself retried, by the first of the recognisers that can. Whoever answered is asked
 * again once at most, when the answer is far too short for the sound; each call is counted before it is made.
 */
export async function transcribePiece(
  parts: WorkerParts,
  recordingId: string,
  index: number,
  run: Run,
): Promise<void> {
  for (;;) {
    const order = await orderUnderWay(parts.db, 'transcription', recordingId);
    const [found] = await parts.db
      .select({ piece: recordingPieces, recording: recordings })
      .from(recordingPieces)
      .innerJoin(recordings, eq(recordings.id, recordingPieces.recordingId))
      .where(and(isOpen({ recordingId, index }), isNull(recordings.stoppedAt)));
    if (!order || !found) return joinIfDone(parts, recordingId);
    const { piece, recording } = found;
    const chosen = await choose(parts, piece, recording);
    if (chosen.kind === 'nobody') {
      const first = heardBefore(piece);
      // An answer that may be short is better than none, and is paid for.
      if (first) return finish(parts, order, piece, first);
      const { failure } = chosen;
      const waits =
        failure === 'provider_account' &&
        (await transact(parts, (unit) => waitForProviderIn(unit, order.id)));
      return waits ? undefined : leaveOut(parts, order, piece, failure);
    }
    const { hearer } = chosen;
    const sound = soundOf(parts, recording, piece, hearer, run.signal);
    const vocabulary = hearer.can.vocabulary ? await termsOf(parts.db, recording.ownerId) : [];
    const hearing: Hearing = { order, recording, piece, vocabulary, ...sound };
    const asked =
      hearer.at === 'fal'
        ? await hearAtFal(parts, hearer, hearing, run)
        : await hear(parts, hearer, chosen.isLast, hearing, run);
    if (asked.kind !== 'failed') return;
    // Not this piece's fault: it is asked again once the account is open, and is closed until then.
    const isAccount = asked.failure === 'provider_account' && (await closedFor(parts, hearer.work)) !== null;
    if (!isAccount) await noteTry(parts, piece, hearer.name, GIVEN_UP);
    run.log.warn('a recogniser failed a piece; the next one is asked', {
      recordingId,
      index,
      recogniser: hearer.name,
      failure: asked.failure,
    });
    if (chosen.isLast && !isAccount) return giveUpOn(parts, order, piece, asked.failure);
  }
}

async function giveUpOn(
  parts: WorkerParts,
  order: Order,
  piece: Piece,
  failure: FailureReason,
): Promise<void> {
  const first = heardBefore(piece);
  return first ? finish(parts, order, piece, first) : leaveOut(parts, order, piece, failure);
}

/** The first that may be asked for this piece, and whether there is nobody after. */
async function choose(
  parts: WorkerParts,
  piece: Piece,
  recording: Recording,
): Promise<
  | { readonly kind: 'one'; readonly hearer: Hearer; readonly isLast: boolean }
  | { readonly kind: 'nobody'; readonly failure: FailureReason }
> {
  const usable: Hearer[] = [];
  let failure: FailureReason = 'provider_down';
  for (const hearer of hearersFor(parts, recording)) {
    if ((piece.tries[hearer.name] ?? 0) >= GIVEN_UP) continue;
    const closed = await closedFor(parts, hearer.work);
    // Whoever may be asked again when an account is open is waited for.
    if (closed) failure = failure === 'provider_account' ? failure : closed;
    else usable.push(hearer);
  }
  const [hearer] = usable;
  return hearer ? { kind: 'one', hearer, isLast: usable.length === 1 } : { kind: 'nobody', failure };
}

async function hear(
  parts: WorkerParts,
  hearer: Hearer & { readonly at: 'server' },
  isLast: boolean,
  hearing: Hearing,
  run: Run,
): Promise<Asked> {
  const { order, recording, piece, sent, audio, vocabulary } = hearing;
  const bytes = await audio();
  const stop = await countAsking(parts, piece, order, hearer.can.usdPerMinute);
  if (stop) {
    await failOrder(parts, order.id, stop);
    return { kind: 'done' };
  }
  const counted = callFor(piece, order, hearer.can.usdPerMinute);
  const taken = async (answer: Answer): Promise<Asked> => {
    await callRoll(parts, recording, piece, answer, run.signal);
    await finish(parts, order, piece, answer);
    return { kind: 'done' };
  };
  const outcome: Recognition = await hearer.recogniser.transcribe({
    audio: bytes,
    fileName: 'voice.ogg',
    contentType: 'audio/ogg',
    speakers: recording.wantSpeakers === true,
    ...(recording.language === null ? {} : { language: recording.language }),
    ...(vocabulary.length === 0 ? {} : { vocabulary }),
    timeoutMs: patienceMs({ startMs: 0, endMs: sent.rollMs + sent.endMs - sent.startMs }),
    signal: run.signal,
  });
  const first = heardBefore(piece);
  switch (outcome.kind) {
    case 'ok': {
      await closeBreaker(parts, hearer.work);
      const answer = answerOf(hearer.name, piece, sent, recording.rollCall ?? [], outcome);
      if (first) return taken(answer.text.length > first.text.length ? answer : first);
      if (!cutShort(piece, sent, outcome) || run.lastAttempt) return taken(answer);
      await keepAnswer(parts, piece, answer);
      throw new TransientError(
        `${outcome.text.length} characters for ${piece.voicedMs} ms of speech: cut short`,
      );
    }
    case 'retry': {
      if (first) return taken(first);
      const tries = (piece.tries[hearer.name] ?? 0) + 1;
      if (run.lastAttempt || (!isLast && tries >= TRIES)) return { kind: 'failed', failure: 'provider_down' };
      await noteTry(parts, piece, hearer.name, tries);
      if (piece.asked > 0) await noteSilence(parts, order, RETRIED_MINUTES);
      throw new TransientError(
        `speech model: ${outcome.why}`,
        outcome.afterMs === null ? {} : { retryAfterMs: outcome.afterMs },
      );
    }
    case 'refused': {
      parts.log.warn('the speech model refused a piece', {
        recordingId: piece.recordingId,
        index: piece.index,
        recogniser: hearer.name,
        code: outcome.code,
      });
      return { kind: 'failed', failure: await noteRefusal(parts, hearer.work, outcome.code, counted) };
    }
    default:
      return outcome satisfies never;
  }
}

/** What ends when the job of a piece was given up after its last try: the piece, not the recording. */
export async function giveUpPiece(parts: WorkerParts, recordingId: string, index: number): Promise<void> {
  const order = await orderUnderWay(parts.db, 'transcription', recordingId);
  const [piece] = await parts.db.select().from(recordingPieces).where(isOpen({ recordingId, index }));
  if (order && piece) await giveUpOn(parts, order, piece, 'internal');
}
