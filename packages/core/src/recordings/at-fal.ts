import { TransientError } from '@aisha/service';
import { falErrorReason, type Hearer } from '@aisha/providers';
import { closeBreaker, openBreaker } from '../breaker/breaker.ts';
import {
  completeFalJob,
  createFalJobOfPiece,
  failFalJob,
  type FalJob,
  findFalJobOfPiece,
  submitFalJob,
  unconfirmedTooLong,
} from '../fal/jobs.ts';
import { modelAt } from '../fal/models/index.ts';
import { usdPerUnit } from '../fal/models/price.ts';
import type { SpeechModel } from '../fal/models/speech-model.ts';
import { lookAgain } from '../fal/settle.ts';
import { failOrder } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { answerOf } from './heard.ts';
import type { Asked, Hearing } from './hearing.ts';
import { countAsking, finish, finishIn } from './piece-rows.ts';
import { callRoll } from './roll-call.ts';

/** Long enough for a queue at FAL, and then the sound goes there by itself. */
const SOUND_LIFETIME_S = 2 * 3_600;

/**
 * Has a piece recognised by a model of FAL: uploaded and sent once, as every request there; looked at whenever its webhook
 * or the sweeper wakes the piece.
 */
export async function hearAtFal(
  parts: WorkerParts,
  hearer: Hearer & { readonly at: 'fal' },
  hearing: Hearing,
  run: Run,
): Promise<Asked> {
  const model = modelAt(hearer.endpoint);
  if (model?.role !== 'recogniser')
    throw new Error(`this release does not know the model ${hearer.endpoint}`);
  const at = { orderId: hearing.order.id, piece: hearing.piece.index, model };
  const job = (await findFalJobOfPiece(parts, at)) ?? (await begin(parts, model, hearing, run));
  if (!('state' in job)) return job;
  switch (job.state) {
    case 'created':
      await submitFalJob(parts, job, run);
      return { kind: 'waiting' };
    case 'submitting':
      if (!unconfirmedTooLong(job)) return { kind: 'waiting' };
      await failFalJob(
        parts,
        job,
        'provider_unconfirmed',
        'neither an answer to the submit nor a webhook came',
      );
      return { kind: 'failed', failure: 'provider_unconfirmed' };
    case 'submitted':
      return look(parts, { hearer, model }, hearing, job, run);
    case 'completed':
    case 'cancelling':
    case 'cancelled':
      return { kind: 'failed', failure: 'provider_down' };
    case 'failed':
      return { kind: 'failed', failure: 'provider_refused' };
    default:
      return job.state satisfies never;
  }
}

async function begin(
  parts: WorkerParts,
  model: SpeechModel,
  { order, recording, piece, sent, audio, vocabulary }: Hearing,
  run: Run,
): Promise<FalJob | Asked> {
  const upload = await parts.fal.uploadFile(await audio(), {
    fileName: `${piece.recordingId}-${piece.index}.ogg`,
    contentType: 'audio/ogg',
    expiresS: SOUND_LIFETIME_S,
    signal: run.signal,
  });
  if (upload.kind === 'unavailable') {
    if (run.lastAttempt) return { kind: 'failed', failure: 'provider_down' };
    throw new TransientError(`FAL's storage does not take the sound: ${upload.why}`);
  }
  if (upload.kind === 'refused') {
    if (upload.account) await openBreaker(parts, { provider: 'fal' }, 'storage refuses our account');
    return { kind: 'failed', failure: upload.account ? 'provider_account' : 'provider_refused' };
  }
  const stop = await countAsking(parts, piece, order, usdPerUnit(model, parts.config.fal.prices));
  if (stop) {
    await failOrder(parts, order.id, stop);
    return { kind: 'done' };
  }
  const input = model.buildInput({
    audioUrl: upload.url,
    language: recording.language,
    vocabulary,
    speakers: recording.wantSpeakers === true,
  });
  const seconds = Math.ceil((sent.rollMs + sent.endMs - sent.startMs) / 1_000);
  return createFalJobOfPiece(parts, { orderId: order.id, piece: piece.index, model }, { input, seconds });
}

async function look(
  parts: WorkerParts,
  { hearer: { name, work }, model }: { readonly hearer: Hearer; readonly model: SpeechModel },
  { order, recording, piece, sent }: Hearing,
  job: FalJob,
  run: Run,
): Promise<Asked> {
  const age = (Date.now() - (job.submittedAt ?? job.createdAt).getTime()) / 1_000;
  const again = async (): Promise<Asked> => {
    await lookAgain(parts, job, model.limits.pollSeconds(age));
    return { kind: 'waiting' };
  };
  const status = await parts.fal.status(job.model, job.requestId ?? '');
  if (status.kind === 'queued' || status.kind === 'running' || status.kind === 'unavailable') return again();
  const failed = async (detail: string): Promise<Asked> => {
    await failFalJob(parts, job, 'provider_down', detail);
    return { kind: 'failed', failure: 'provider_down' };
  };
  if (status.kind === 'not-found') return age > 60 ? failed('FAL does not know the request') : again();
  const result = await parts.fal.result(job.model, job.requestId ?? '');
  switch (result.kind) {
    case 'unavailable':
      return again();
    case 'gone':
      return failed('the result is no longer kept');
    case 'failed':
      return failed(falErrorReason(result.errors));
    case 'ok':
      break;
    default:
      return result satisfies never;
  }
  const heard = model.readOutput(result.output);
  if (!heard) return failed('an answer that is none');
  await closeBreaker(parts, work);
  const answer = answerOf(name, piece, sent, recording.rollCall ?? [], heard);
  await callRoll(parts, recording, piece, answer, run.signal);
  const isMine = await transact(parts, async (unit) => {
    const completed = await completeFalJob(parts, unit, job);
    if (completed) await finishIn(unit, piece, answer);
    return completed;
  });
  if (isMine) await finish(parts, order, piece, answer);
  return { kind: 'done' };
}
