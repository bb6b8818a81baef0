import type { JobHandlers, JobName, JobPayload } from '@aisha/queue';
import { checkPhoto, giveUpPhoto } from './avatars/photos.ts';
import { tidyAvatar } from './avatars/tidy.ts';
import { writeSection } from './documents/section.ts';
import { writeDocument } from './documents/write.ts';
import { settleFalJob } from './fal/settle.ts';
import { startFalOrder } from './fal/start.ts';
import { falOrders } from './order-kinds.ts';
import { failOrder, failOrderOf } from './orders/orders.ts';
import type { WorkerParts } from './parts.ts';
import { joinRecording } from './recordings/join.ts';
import { transcribePiece } from './recordings/pieces.ts';
import { prepareRecording } from './recordings/prepare.ts';

/** Nobody waits for this job itself: the sweeper takes up what it shows or tidies, and what it looks at has a deadline. */
const nothingToEnd = async (): Promise<void> => undefined;

/** Jobs whose work is to show something: their handlers are the bot's. */
const showing = {
  'telegram.dispatch': nothingToEnd,
  'notification.send': nothingToEnd,
  'order.progress': nothingToEnd,
  'avatar.screen': nothingToEnd,
};

export type CoreHandlers = Omit<JobHandlers, keyof typeof showing>;

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

/** What ends when a job was given up after its last try: a job without an answer does not compile. */
export type GiveUps = { readonly [N in JobName]: (payload: JobPayload<N>) => Promise<void> };

/** Whatever somebody waits for ends here, with a message. */
export function giveUpsOf(parts: WorkerParts): GiveUps {
  const endTranscription = (recordingId: string) => failOrderOf(parts, 'transcription', recordingId);
  const endDocument = (documentId: string) => failOrderOf(parts, 'document', documentId);
  return {
    ...showing,
    'order.start': ({ orderId }) => failOrder(parts, orderId, 'internal'),
    'fal.settle': nothingToEnd,
    'photo.check': ({ photoId }) => giveUpPhoto(parts, photoId),
    'avatar.tidy': nothingToEnd,
    'recording.prepare': ({ recordingId }) => endTranscription(recordingId),
    'recording.piece': ({ recordingId }) => endTranscription(recordingId),
    'recording.join': ({ recordingId }) => endTranscription(recordingId),
    'document.write': ({ documentId }) => endDocument(documentId),
    'document.section': ({ documentId }) => endDocument(documentId),
  };
}

/** What the queue is told to do with a job that it gave up. */
export function givingUp(parts: WorkerParts) {
  const giveUps = giveUpsOf(parts);
  return async <N extends JobName>(name: N, payload: JobPayload<N>, error: unknown): Promise<void> => {
    const ids: JobPayload<JobName> = payload;
    parts.log.error('a job was given up', { job: name, ...ids, error });
    await giveUps[name](payload);
  };
}
