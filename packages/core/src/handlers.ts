import type { JobHandlers, JobName, JobPayload } from '@aisha/queue';
import { checkPhoto, giveUpPhoto } from './avatars/photos.ts';
import { tidyAvatar } from './avatars/tidy.ts';
import { writeSection } from './documents/section.ts';
import { writeDocument } from './documents/write.ts';
import { settleFalJob } from './fal/settle.ts';
import { startFalOrder } from './fal/start.ts';
import { falOrders } from './order-kinds.ts';
import { failOrder, orderUnderWay } from './orders/orders.ts';
import type { WorkerParts } from './parts.ts';
import { joinRecording } from './recordings/join.ts';
import { transcribePiece } from './recordings/pieces.ts';
import { prepareRecording } from './recordings/prepare.ts';

/** Jobs whose work is to show something; their handlers are the bot's. */
export type ShowingJob = 'telegram.dispatch' | 'notification.send' | 'order.progress' | 'avatar.screen';
export type CoreHandlers = Omit<JobHandlers, ShowingJob>;

/** Every job whose work is ours alone. */
export function coreHandlers(parts: WorkerParts): CoreHandlers {
  const fal = { ...parts, falOrders };
  return {
    'order.start': ({ orderId }, run) => startFalOrder(fal, orderId, run),
    'fal.settle': (payload, run) => settleFalJob(fal, payload, run),
    'photo.check': ({ photoId }, run) => checkPhoto(parts, photoId, run),
    'avatar.tidy': ({ avatarId }) => tidyAvatar(parts, avatarId),
    'recording.prepare': ({ recordingId }, run) => prepareRecording(parts, recordingId, run),
    'recording.piece': ({ recordingId, index }, run) => transcribePiece(parts, recordingId, index, run),
    'recording.join': ({ recordingId }) => joinRecording(parts, recordingId),
    'document.write': ({ documentId }) => writeDocument(parts, documentId),
    'document.section': (payload, run) => writeSection(parts, payload, run),
  };
}

/**
 * A job was given up after its last try. Whatever somebody waits for ends here, with a message; what only shows or
 * tidies is taken up by the sweeper.
 */
export async function giveUp(
  parts: WorkerParts,
  name: JobName,
  payload: JobPayload<JobName>,
  error: unknown,
): Promise<void> {
  parts.log.error('a job was given up', { job: name, ...payload, error });
  if ('photoId' in payload) return giveUpPhoto(parts, payload.photoId);
  const fail = (orderId: string) => failOrder(parts, orderId, 'internal');
  if (name === 'order.start' && 'orderId' in payload) return fail(payload.orderId);
  if ('recordingId' in payload || 'documentId' in payload) {
    const order =
      'recordingId' in payload
        ? await orderUnderWay(parts.db, 'transcription', payload.recordingId)
        : await orderUnderWay(parts.db, 'document', payload.documentId);
    if (order) await fail(order.id);
  }
}
