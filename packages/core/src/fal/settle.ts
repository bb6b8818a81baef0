import { falJobs, type FailureReason, type Stage } from '@aisha/db';
import { falErrorReason, type FalErrorDetail, type StatusOutcome } from '@aisha/providers';
import { shorten, TransientError } from '@aisha/service';
import { and, eq, sql } from 'drizzle-orm';
import { findOrder, noteProgress } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { type FalJob, failFalJob, learnRequestId, limitsOf, unconfirmedTooLong, wakePiece } from './jobs.ts';
import { modelAt } from './models/index.ts';
import type { Role } from './models/model.ts';
import { type FalParts, falOrderOf } from './order.ts';
import { noteReadable, noteUnreadable } from './unreadable.ts';
import { trainingProgress } from './training-log.ts';

/** What the owner is told while a model works. */
const STAGES = {
  trainer: 'training',
  generator: 'drawing',
  editor: 'drawing',
  upscaler: 'drawing',
  animator: 'drawing',
  recogniser: 'transcribing',
} as const satisfies Record<Role, Stage>;

/** An id that FAL does not know after this long is lost there. */
const UNKNOWN_AFTER_SECONDS = 60;

export interface Settle {
  readonly falJobId: string;
  /** From a webhook: FAL's own id, and the word that the job is over. */
  readonly requestId?: string | undefined;
}

/**
 * Webhook, poll and deadline all come here: looks at the job where the truth is, at FAL, and moves ours on. Harmless
 * to repeat and to run twice at once; every end is a guarded update.
 */
export async function settleFalJob(
  parts: FalParts,
  { falJobId, requestId }: Settle,
  run: Run,
): Promise<void> {
  if (requestId !== undefined) {
    await learnRequestId(parts, falJobId, requestId);
    await parts.db
      .update(falJobs)
      .set({ webhookAt: sql`now()` })
      .where(
        and(eq(falJobs.id, falJobId), eq(falJobs.requestId, requestId), sql`${falJobs.webhookAt} is null`),
      );
  }
  const [job] = await parts.db.select().from(falJobs).where(eq(falJobs.id, falJobId));
  if (!job) return;
  if (requestId !== undefined && job.requestId !== requestId) {
    run.log.warn('webhook for another request of this job; ignored', { falJobId, requestId });
    return;
  }
  switch (job.state) {
    case 'created':
    case 'completed':
    case 'failed':
    case 'cancelled':
      return;
    case 'submitting':
      // Nobody knows an id to ask for: only the webhook or the time can end it.
      if (unconfirmedTooLong(job))
        await failFalJob(
          parts,
          job,
          'provider_unconfirmed',
          'neither an answer to the submit nor a webhook came',
        );
      return;
    case 'cancelling':
      return cancelAtProvider(parts, job);
    case 'submitted':
      // Whoever hears the piece asks FAL for it.
      if (job.piece !== null) return transact(parts, (unit) => wakePiece(unit, job));
      return look(parts, job, run);
    default:
      job.state satisfies never;
  }
}

async function look(parts: FalParts, job: FalJob, run: Run): Promise<void> {
  if (!job.requestId) throw new Error('a submitted FAL job without a request id');
  const age = (Date.now() - (job.submittedAt ?? job.createdAt).getTime()) / 1_000;
  const { pollSeconds } = limitsOf(job);
  const role = modelAt(job.model)?.role ?? 'generator';
  // Only trainers print how far they are.
  const trains = role === 'trainer';
  const status = await parts.fal.status(job.model, job.requestId, { logs: trains });
  if (status.kind === 'queued' || status.kind === 'running') await noteReadable(parts, job);
  switch (status.kind) {
    case 'queued':
      await lookAgain(parts, job, pollSeconds(age));
      return noteProgress(parts, job.orderId, {
        stage: 'provider_queue',
        ...(status.position === null ? {} : { position: status.position }),
      });
    case 'running': {
      await lookAgain(parts, job, pollSeconds(age));
      const progress = trains ? trainingProgress(status.logs.map((line) => line.message)) : null;
      return noteProgress(parts, job.orderId, { stage: STAGES[role], ...progress });
    }
    case 'unavailable':
      await noteUnreadable(parts, job, status.why);
      return lookAgain(parts, job, 5);
    case 'not-found':
      if (age > UNKNOWN_AFTER_SECONDS)
        return failFalJob(parts, job, 'result_gone', 'FAL does not know the request');
      return lookAgain(parts, job, 5);
    case 'completed':
      return collect(parts, job, job.requestId, status, run);
    default:
      status satisfies never;
  }
}

async function collect(
  parts: FalParts,
  job: FalJob,
  requestId: string,
  end: Extract<StatusOutcome, { kind: 'completed' }>,
  run: Run,
): Promise<void> {
  // A newer release's, while both run; or one that was struck from the catalogue: then the deadline ends the order.
  if (!modelAt(job.model)) throw new Error(`this release does not know the model ${job.model}`);
  const result = await parts.fal.result(job.model, requestId);
  switch (result.kind) {
    case 'unavailable':
      // FAL's word that it failed is enough, if its details cannot be had.
      if (end.error !== null && !result.account) {
        const told = { type: end.errorType ?? '', msg: end.error };
        return failFalJob(parts, job, failureOf([told]), end.error);
      }
      await noteUnreadable(parts, job, result.why);
      throw new TransientError('the result cannot be read now');
    case 'gone':
      return failFalJob(parts, job, 'result_gone', 'the result is no longer kept');
    case 'failed':
      // The job ended well: what keeps its result from us is not the job's failure but a passing one of the way to it.
      if (end.error === null && result.status >= 500 && falErrorReason(result.errors) === 'unknown') {
        await noteUnreadable(parts, job, `HTTP ${result.status}`);
        throw new TransientError(`the result cannot be read now: HTTP ${result.status}`);
      }
      return failFalJob(parts, job, failureOf(result.errors), shorten(JSON.stringify(result.errors), 2_000));
    case 'ok': {
      const order = await findOrder(parts.db, job.orderId);
      if (!order) return;
      await noteProgress(parts, order.id, { stage: 'collecting' });
      return falOrderOf(parts, order).collect(parts, job, order, result.output, run);
    }
    default:
      result satisfies never;
  }
}

function failureOf(errors: readonly FalErrorDetail[]): FailureReason {
  const reason = falErrorReason(errors);
  switch (reason) {
    case 'content_policy':
    case 'nsfw':
      return 'content_policy';
    case 'bad_archive':
    case 'bad_image':
      return 'bad_photos';
    case 'too_few_images':
      return 'too_few_photos';
    case 'no_face':
      return 'no_face';
    case 'timeout':
      return 'timeout';
    case 'locked':
      return 'provider_account';
    case 'provider':
    case 'unknown':
      return 'provider_down';
    default:
      return reason satisfies never;
  }
}

export async function lookAgain(parts: WorkerParts, job: FalJob, seconds: number): Promise<void> {
  await parts.db
    .update(falJobs)
    .set({ nextCheckAt: sql`now() + make_interval(secs => ${seconds})` })
    .where(and(eq(falJobs.id, job.id), eq(falJobs.state, 'submitted')));
}

/** The order is over for us; FAL is asked to stop. It may still finish and bill: then the result is left there. */
async function cancelAtProvider(parts: WorkerParts, job: FalJob): Promise<void> {
  if (job.requestId) {
    const outcome = await parts.fal.cancel(job.model, job.requestId);
    if (outcome.kind === 'unavailable') throw new TransientError('FAL cannot be asked to cancel now');
  } else if (!unconfirmedTooLong(job)) {
    // The submit's outcome is still open; its answer or webhook brings the id to cancel.
    return;
  }
  await parts.db
    .update(falJobs)
    .set({ state: 'cancelled', endedAt: sql`now()` })
    .where(and(eq(falJobs.id, job.id), eq(falJobs.state, 'cancelling')));
}
