import { type FailureReason, recordingPieces, recordings, type RollCall } from '@aisha/db';
import { encodeStretch, type Sound } from '@aisha/media';
import type { Hearer } from '@aisha/providers';
import { objectKey } from '@aisha/storage';
import { eq } from 'drizzle-orm';
import { noteProgress, quoteOrder } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import { type Order, transact } from '../unit.ts';
import { cutAtPauses, OVERLAP_MS, voicedRuns } from './cut.ts';
import { enqueuePieces } from './leader.ts';
import { secondsHeard } from './piece-rows.ts';
import { hearersFor } from './recognisers.ts';
import type { Recording } from './recordings.ts';
import { ROLL_MOST_MS } from './roll-call.ts';
import { waitsAs } from '../users/turns.ts';

/**
 * Pieces are heard side by side, some eight at a time: so many that the last ones make little difference, each long enough
 * for a recogniser to know what is spoken of. Whoever tells speakers apart needs to hear more of them. Seconds.
 */
const PLAIN = { pieces: 64, least: 45, most: 120 };
const WITH_SPEAKERS = { pieces: 24, least: 180, most: 480 };

function pieceSeconds(hearers: readonly Hearer[], totalMs: number, speakers: boolean): number {
  const { pieces, least, most } = speakers ? WITH_SPEAKERS : PLAIN;
  const wanted = Math.min(most, Math.max(least, totalMs / 1_000 / pieces));
  // What is sent may hold more than the piece: its neighbours' edges, a sample of the voices.
  const beside = (2 * OVERLAP_MS + (speakers ? ROLL_MOST_MS : 0)) / 1_000;
  const longest = Math.min(...hearers.map(({ can }) => can.longestAudioS ?? Infinity));
  return Math.min(wanted, Math.max(longest - beside, longest / 2));
}

/** Of several voices each is a sound of its own, and its sender's. */
export interface Part {
  readonly sound: Sound;
  readonly sender: string | null;
}

/**
 * Cuts what was decoded into pieces, one sound after the other, keeps their sound and enqueues them. The pieces' rows come
 * all at once: a recording that has some is cut.
 */
export async function cutRecording(
  parts: WorkerParts,
  recording: Recording,
  order: Order,
  sounds: readonly Part[],
  signal: AbortSignal,
): Promise<FailureReason | null> {
  const durationMs = sounds.reduce((sum, { sound }) => sum + sound.durationMs, 0);
  const hearers = hearersFor(parts, recording);
  // A voice message is one person's; of several voices each is its sender's.
  const wantSpeakers =
    recording.wantSpeakers ??
    (hearers[0]?.can.speakers === true && !['voice', 'voices'].includes(recording.source));
  const seconds = pieceSeconds(hearers, durationMs, wantSpeakers);
  const job = { owner: String(waitsAs(recording.ownerId)), signal };
  const rows: (typeof recordingPieces.$inferInsert)[] = [];
  const senders: RollCall[] = [];
  let from = 0;
  for (const { sound, sender } of sounds) {
    const voiced = voicedRuns(sound.levels);
    for (const stretch of cutAtPauses(sound.levels, seconds * 1_000)) {
      const index = rows.length;
      const { silent, voicedMs, gainDb } = stretch;
      const key = objectKey(recording.ownerId, 'recordings', recording.id, `pieces/${index}.ogg`);
      const heard = { startMs: stretch.audioStartMs, endMs: Math.min(stretch.audioEndMs, sound.durationMs) };
      if (!silent) {
        const piece = await encodeStretch(parts.media, sound, { ...heard, gainDb }, job);
        await parts.storage.put('transcripts', key, piece, { contentType: 'audio/ogg' });
      }
      rows.push({
        recordingId: recording.id,
        index,
        objectKey: key,
        startMs: from + stretch.startMs,
        endMs: from + stretch.endMs,
        audioStartMs: from + heard.startMs,
        audioEndMs: from + heard.endMs,
        voiced: voiced
          .filter(([start, end]) => end > heard.startMs && start < heard.endMs)
          .map(([start, end]) => [from + start, from + end] as const),
        silent,
        voicedMs,
        ...(silent ? { text: '', words: [], doneAt: new Date() } : {}),
      });
    }
    senders.push({ speaker: sender ?? '', startMs: from, endMs: from + sound.durationMs });
    from += sound.durationMs;
  }
  if (rows.every(({ silent }) => silent)) return 'silence';
  const lostMs = sounds.reduce((sum, { sound }) => sum + sound.lostMs, 0);
  const quoted = await transact(parts, async (unit) => {
    await unit.tx
      .update(recordings)
      .set({
        durationMs,
        lostMs,
        wantSpeakers,
        ...(recording.source === 'voices' ? { rollCall: senders } : {}),
      })
      .where(eq(recordings.id, recording.id));
    await unit.tx.insert(recordingPieces).values(rows).onConflictDoNothing();
    const known = {
      ...order.input,
      seconds: secondsHeard(rows),
      language: recording.language,
      ...(hearers.some(({ can }) => can.speakers) && recording.source !== 'voices'
        ? { speakers: wantSpeakers }
        : {}),
    };
    if (await quoteOrder(unit, order, known)) return true;
    await enqueuePieces(unit, order, recording.id);
    return false;
  });
  if (quoted) return null;
  const total = Math.max(1, Math.ceil(durationMs / 60_000));
  await noteProgress(parts, order.id, { stage: 'transcribing', done: 0, total });
  return null;
}
