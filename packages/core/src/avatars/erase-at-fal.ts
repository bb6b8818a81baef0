import { falJobs, orders } from '@aisha/db';
import { TransientError } from '@aisha/service';
import { and, eq, isNotNull } from 'drizzle-orm';
import type { WorkerParts } from '../parts.ts';

/** Orders whose files at FAL are the avatar's own; pictures drawn with it are their owner's and stay. */
const KINDS = ['training', 'first_pictures'];

/**
 * Has FAL delete what the trainings of an avatar sent and made there. False when it does not let us (a key without the ADMIN
 * scope): then that stays until it expires there, and its owner is told. Harmless to repeat.
 */
export async function eraseAtFal(parts: WorkerParts, avatarId: string): Promise<boolean> {
  const requests = await parts.db
    .select({ requestId: falJobs.requestId, kind: orders.kind })
    .from(falJobs)
    .innerJoin(orders, eq(orders.id, falJobs.orderId))
    .where(and(eq(orders.subjectId, avatarId), isNotNull(falJobs.requestId), eq(falJobs.test, false)));
  let erased = true;
  for (const { requestId, kind } of requests) {
    if (requestId === null || !KINDS.includes(kind)) continue;
    const outcome = await parts.fal.deleteRequestFiles(requestId);
    switch (outcome.kind) {
      case 'deleted':
      case 'not-found':
        break;
      case 'not-allowed':
        erased = false;
        break;
      case 'unavailable':
        throw new TransientError(`FAL cannot be asked to delete now: ${outcome.why}`);
      default:
        outcome satisfies never;
    }
  }
  return erased;
}
