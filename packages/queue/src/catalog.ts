import { z } from 'zod';
import { defineJobs, job, type JobDefinition } from './definition.ts';

/**
 * The queues of Aisha. Handlers are idempotent, so a job may safely lose its worker several times; a job that has
 * lost ten is probably what kills them, and is given up.
 */
export const queues = {
  // Users wait for these. Almost all of a handler's time is waiting for PostgreSQL and Telegram, so many fit into
  // one process; 50 × ~100 ms is 500 updates/s. A dead worker's updates are taken up within 15 s. Its jobs are lanes.
  updates: {
    concurrency: 50,
    mostOfOne: 50,
    lockDurationMs: 10_000,
    stalledIntervalMs: 5_000,
    maxStalledCount: 10,
  },
  // Requests to FAL and copying of results (up to 300 MB streamed): network-bound, so some at once, yet each may
  // hold a few MB of buffers. Half are left to others than one person.
  fal: {
    concurrency: 10,
    mostOfOne: 5,
    lockDurationMs: 15_000,
    stalledIntervalMs: 5_000,
    maxStalledCount: 10,
  },
  // sharp decodes photos of up to 20 megapixels, about 80 MB each while it works; in threads of its own, as ffmpeg is a
  // process of its own, so the locks are renewed in time and what a dead worker left is taken up within 20 s. Of one
  // person's one is opened and two are fetched meanwhile.
  photos: {
    concurrency: 4,
    mostOfOne: 3,
    lockDurationMs: 15_000,
    stalledIntervalMs: 5_000,
    maxStalledCount: 10,
  },
  // Recordings are fetched, opened and cut, and their pieces joined. What takes a core waits for its turn in `media`. One
  // person's recordings leave half of the places to others.
  speech: {
    concurrency: 8,
    mostOfOne: 4,
    lockDurationMs: 15_000,
    stalledIntervalMs: 5_000,
    maxStalledCount: 10,
  },
  // Pieces of recordings: nothing but waiting for a recogniser. A queue of their own, so that hours of somebody's pieces
  // never hold up that a voice message is opened, or that what is done is joined. Half of the places are left to others.
  pieces: {
    concurrency: 8,
    mostOfOne: 4,
    lockDurationMs: 15_000,
    stalledIntervalMs: 5_000,
    maxStalledCount: 10,
  },
  // Waiting for a language model: four long documents at once (see SECTIONS_AT_ONCE), or sixteen short ones.
  text: {
    concurrency: 16,
    mostOfOne: 8,
    lockDurationMs: 15_000,
    stalledIntervalMs: 5_000,
    maxStalledCount: 10,
  },
  // Pages are laid out in a process with a third of a gigabyte at most, and sound is cut by a process of its own: two at once are
  // what a small machine bears, and one is left to others.
  exports: {
    concurrency: 2,
    mostOfOne: 1,
    lockDurationMs: 15_000,
    stalledIntervalMs: 5_000,
    maxStalledCount: 10,
  },
  // Messages to users, behind Telegram's 30 a second: more at once would only wait there. What goes to one chat waits for
  // its second (in groups three) here, so it has a few places only.
  outbox: {
    concurrency: 20,
    mostOfOne: 4,
    lockDurationMs: 10_000,
    stalledIntervalMs: 5_000,
    maxStalledCount: 10,
  },
  // Operators' messages to everybody, apart from those that somebody waits for. One at a time: a job makes calls side by side
  // up to the pace that is set, and another one would only share it.
  bulk: {
    concurrency: 1,
    mostOfOne: 1,
    lockDurationMs: 10_000,
    stalledIntervalMs: 5_000,
    maxStalledCount: 10,
  },
} as const;

export type QueueName = keyof typeof queues;

const id = z.uuid();

/** Every job of every process. Old payloads are parsed for ever: see `payloads.json`; only add optional fields. */
export const jobs = defineJobs(queues, {
  'telegram.dispatch': job({
    queue: 'updates',
    schema: z.object({ botId: z.int().positive(), lane: z.string().min(1).max(100) }),
    key: ({ botId, lane }) => [botId, lane],
    // An update that arrives while its lane is worked on may have been committed after the lane was read.
    whenActive: 'again',
    // A fresh update must not wait for the back-off of an older one's failure.
    whenDelayed: 'hasten',
    // The dispatcher itself counts an update's failures and sets it aside; these are for its database.
    attempts: 5,
    backoff: { delayMs: 500, jitter: 0.5 },
    // A lane's backlog after an outage: hundreds of updates; what is left is taken by the next run.
    timeLimitMs: 120_000,
  }),
  'fal.settle': job({
    queue: 'fal',
    schema: z.object({
      falJobId: id,
      requestId: z.string().max(200).optional(),
      source: z.enum(['webhook', 'poll', 'sweep']),
    }),
    // Poll and sweeper ask for the same transition. A webhook brings news, FAL's id: behind a poll that waits in the
    // queue it would be dropped as its duplicate, and the id of an unclear submit would be lost. Settling twice at
    // once is harmless.
    key: ({ falJobId, requestId }) => (requestId === undefined ? [falJobId] : [falJobId, requestId]),
    // A webhook that arrives while a poll runs brings news that the poll may not have seen.
    whenActive: 'again',
    // The webhook must not wait for the poll that was planned for later.
    whenDelayed: 'hasten',
    // 2 s … 4 min, about 8 minutes in all: FAL's bad minutes; then the sweeper starts again until the deadline.
    attempts: 8,
    backoff: { delayMs: 2_000, jitter: 0.3 },
    // A LoRA is 300 MB, and 1 GiB at most; at 2 MB/s, copied to our bucket as it comes.
    timeLimitMs: 600_000,
  }),
  'order.start': job({
    queue: 'fal',
    schema: z.object({ orderId: id }),
    key: ({ orderId }) => [orderId],
    whenActive: 'drop',
    whenDelayed: 'hasten',
    // The submit itself is never repeated; what is retried is what comes before it (photos, zip, upload): 2 s … 2 min,
    // four minutes in all, longer than S3 or PostgreSQL needs to come back.
    attempts: 8,
    backoff: { delayMs: 2_000, jitter: 0.3 },
    // Twenty photos zipped and uploaded to FAL's storage, or a LoRA of 1 GiB at most at 2 MB/s.
    timeLimitMs: 600_000,
  }),
  'photo.check': job({
    queue: 'photos',
    schema: z.object({ photoId: id }),
    key: ({ photoId }) => [photoId],
    whenActive: 'drop',
    whenDelayed: 'keep',
    // Telegram's or S3's bad minutes: 1 s … 2 min. A photo given up is one that the user has to send again.
    attempts: 9,
    backoff: { delayMs: 1_000, jitter: 0.3 },
    // Download of 20 MB from Telegram and one decode.
    timeLimitMs: 60_000,
  }),
  'avatar.screen': job({
    queue: 'photos',
    schema: z.object({ avatarId: id }),
    key: ({ avatarId }) => [avatarId],
    // A photo checked while the screen is drawn belongs on it too.
    whenActive: 'again',
    // Several photos of an album end within a second: one edit, not ten.
    whenDelayed: 'keep',
    attempts: 5,
    backoff: { delayMs: 1_000, jitter: 0.3 },
    timeLimitMs: 60_000,
  }),
  'avatar.likeness': job({
    queue: 'photos',
    schema: z.object({ avatarId: id }),
    key: ({ avatarId }) => [avatarId],
    whenActive: 'again',
    whenDelayed: 'keep',
    // The sweeper comes back to what is due every twenty seconds.
    attempts: 3,
    backoff: { delayMs: 5_000, jitter: 0.3 },
    // Four pictures read and measured: seconds, behind other people's photos a minute.
    timeLimitMs: 120_000,
  }),
  'avatar.tidy': job({
    queue: 'photos',
    schema: z.object({ avatarId: id }),
    key: ({ avatarId }) => [avatarId],
    whenActive: 'drop',
    whenDelayed: 'keep',
    // The sweeper comes back to an untidied avatar every minute.
    attempts: 3,
    backoff: { delayMs: 5_000, jitter: 0.3 },
    // Some dozens of deletions.
    timeLimitMs: 60_000,
  }),
  'recording.prepare': job({
    queue: 'speech',
    schema: z.object({ recordingId: id }),
    key: ({ recordingId }) => [recordingId],
    whenActive: 'drop',
    whenDelayed: 'keep',
    // Telegram's or S3's bad minutes: 3 s … 96 s.
    attempts: 7,
    backoff: { delayMs: 3_000, jitter: 0.3 },
    // Download, then ffmpeg twice over up to twelve hours of sound, on a busy machine.
    timeLimitMs: 1_800_000,
  }),
  'recording.piece': job({
    queue: 'pieces',
    schema: z.object({ recordingId: id, index: z.int().nonnegative() }),
    key: ({ recordingId, index }) => [recordingId, index],
    whenActive: 'drop',
    whenDelayed: 'keep',
    // A provider's bad quarter of an hour: 3 s … 6 min.
    attempts: 8,
    backoff: { delayMs: 3_000, jitter: 0.3 },
    // One piece is minutes of audio; the provider takes a fraction of that.
    timeLimitMs: 300_000,
  }),
  'recording.join': job({
    queue: 'speech',
    schema: z.object({ recordingId: id }),
    key: ({ recordingId }) => [recordingId],
    // The last piece may end while a join that saw it missing is still running.
    whenActive: 'again',
    whenDelayed: 'hasten',
    // S3's bad minutes: 1 s … 2 min; the transcription is paid by now.
    attempts: 9,
    backoff: { delayMs: 1_000, jitter: 0.3 },
    timeLimitMs: 60_000,
  }),
  'document.write': job({
    queue: 'text',
    schema: z.object({ documentId: id }),
    key: ({ documentId }) => [documentId],
    // A section may end while a run that saw it missing is still at it.
    whenActive: 'again',
    whenDelayed: 'hasten',
    // S3's bad minutes: 1 s … 2 min; the sections are paid by now.
    attempts: 9,
    backoff: { delayMs: 1_000, jitter: 0.3 },
    timeLimitMs: 60_000,
  }),
  'document.section': job({
    queue: 'text',
    schema: z.object({ documentId: id, sectionId: id }),
    key: ({ sectionId }) => [sectionId],
    whenActive: 'drop',
    whenDelayed: 'keep',
    // A provider's bad quarter of an hour: 3 s … 6 min.
    attempts: 8,
    backoff: { delayMs: 3_000, jitter: 0.3 },
    // One call, which has 180 s.
    timeLimitMs: 200_000,
  }),
  'question.answer': job({
    queue: 'text',
    schema: z.object({ questionId: id }),
    key: ({ questionId }) => [questionId],
    whenActive: 'drop',
    whenDelayed: 'keep',
    // A provider's bad minutes: 3 s … 3 min; whoever asks does not wait for longer.
    attempts: 7,
    backoff: { delayMs: 3_000, jitter: 0.3 },
    // One call, which has 180 s.
    timeLimitMs: 200_000,
  }),
  'recording.merge': job({
    queue: 'text',
    schema: z.object({ recordingId: id }),
    key: ({ recordingId }) => [recordingId],
    whenActive: 'drop',
    whenDelayed: 'keep',
    // S3's bad minutes: 1 s … 1 min.
    attempts: 7,
    backoff: { delayMs: 1_000, jitter: 0.3 },
    // Twenty transcripts are read and one is written.
    timeLimitMs: 60_000,
  }),
  'recording.slide': job({
    queue: 'text',
    schema: z.object({ slideId: id }),
    key: ({ slideId }) => [slideId],
    whenActive: 'drop',
    whenDelayed: 'keep',
    // A provider's bad quarter of an hour: 3 s … 6 min.
    attempts: 8,
    backoff: { delayMs: 3_000, jitter: 0.3 },
    // A photo of 20 MB and one call, which has 180 s.
    timeLimitMs: 240_000,
  }),
  'history.index': job({
    queue: 'text',
    schema: z.object({ recordingId: id, documentId: id.optional() }),
    key: ({ recordingId, documentId }) =>
      documentId === undefined ? [recordingId] : [recordingId, documentId],
    // Changed while it was read: read once more.
    whenActive: 'again',
    whenDelayed: 'hasten',
    // The sweeper comes back to what search has not taken in.
    attempts: 3,
    backoff: { delayMs: 2_000, jitter: 0.3 },
    // Twelve hours of speech are a thousand rows.
    timeLimitMs: 60_000,
  }),
  'export.make': job({
    queue: 'exports',
    schema: z.object({ exportId: id }),
    key: ({ exportId }) => [exportId],
    whenActive: 'drop',
    whenDelayed: 'hasten',
    // S3's or Telegram's bad minutes: 1 s … 1 min.
    attempts: 8,
    backoff: { delayMs: 1_000, jitter: 0.3 },
    // Twelve hours of speech as pages take half a minute on a busy core, and are given up after two.
    timeLimitMs: 180_000,
  }),
  'privacy.erase': job({
    queue: 'exports',
    schema: z.object({ erasureId: id }),
    key: ({ erasureId }) => [erasureId],
    whenActive: 'drop',
    whenDelayed: 'hasten',
    // A provider's or S3's bad minutes: 2 s … 4 min; then the sweeper begins again, until everything is gone.
    attempts: 8,
    backoff: { delayMs: 2_000, jitter: 0.3 },
    // Tens of thousands of objects deleted a thousand at a time, and as many requests forgotten at FAL eight at a time.
    timeLimitMs: 600_000,
  }),
  'privacy.export': job({
    queue: 'exports',
    schema: z.object({ exportId: id }),
    key: ({ exportId }) => [exportId],
    whenActive: 'drop',
    whenDelayed: 'hasten',
    // S3's bad minutes: 2 s … 4 min; what is made is kept.
    attempts: 8,
    backoff: { delayMs: 2_000, jitter: 0.3 },
    // Ten thousand pictures, 20 GB at most, read and written again; what is left is made by the next run.
    timeLimitMs: 1_800_000,
  }),
  'notification.send': job({
    queue: 'outbox',
    schema: z.object({ notificationId: id }),
    key: ({ notificationId }) => [notificationId],
    whenActive: 'drop',
    whenDelayed: 'keep',
    // Telegram's bad minutes: 2 s … 4 min; a 429 waits as long as Telegram says, without using up an attempt.
    attempts: 8,
    backoff: { delayMs: 2_000, jitter: 0.3 },
    // A document of 50 MB sent over a slow line.
    timeLimitMs: 120_000,
  }),
  'payment.refund': job({
    queue: 'outbox',
    schema: z.object({ paymentId: id }),
    key: ({ paymentId }) => [paymentId],
    whenActive: 'drop',
    whenDelayed: 'keep',
    // Telegram's bad minutes: 2 s … 4 min; then the sweeper begins again, as money is owed until it is given back.
    attempts: 8,
    backoff: { delayMs: 2_000, jitter: 0.3 },
    // One call, repeated twice at most.
    timeLimitMs: 60_000,
  }),
  'payment.subscription': job({
    queue: 'outbox',
    schema: z.object({ subscriptionId: id }),
    key: ({ subscriptionId }) => [subscriptionId],
    // Cancelled and wanted again while the first is being told.
    whenActive: 'again',
    whenDelayed: 'keep',
    // As a refund.
    attempts: 8,
    backoff: { delayMs: 2_000, jitter: 0.3 },
    timeLimitMs: 60_000,
  }),
  'group.look': job({
    queue: 'outbox',
    schema: z.object({ chatId: z.int().negative() }),
    key: ({ chatId }) => [chatId],
    whenActive: 'drop',
    whenDelayed: 'keep',
    // The next order there asks again.
    attempts: 3,
    backoff: { delayMs: 2_000, jitter: 0.3 },
    // One call, repeated twice at most.
    timeLimitMs: 60_000,
  }),
  'broadcast.send': job({
    queue: 'bulk',
    schema: z.object({ broadcastId: id }),
    key: ({ broadcastId }) => [broadcastId],
    // A run ends by asking for the next one.
    whenActive: 'again',
    // Resumed while it waits out a pause of Telegram's.
    whenDelayed: 'keep',
    // The database's bad minutes: 2 s … 4 min; then the sweeper begins again.
    attempts: 8,
    backoff: { delayMs: 2_000, jitter: 0.3 },
    // A run stops by itself after half a minute; calls under way are waited for.
    timeLimitMs: 180_000,
  }),
  'orders.retry': job({
    queue: 'outbox',
    schema: z.object({ notificationId: id, operator: z.int() }),
    key: ({ notificationId }) => [notificationId],
    // It goes on with those that failed meanwhile.
    whenActive: 'again',
    whenDelayed: 'keep',
    // The database's bad minutes: 2 s … 4 min. An operator looks on, and may press again.
    attempts: 8,
    backoff: { delayMs: 2_000, jitter: 0.3 },
    // Hundreds of orders, a transaction each.
    timeLimitMs: 120_000,
  }),
  'alarm.show': job({
    queue: 'outbox',
    schema: z.object({ notificationId: id }),
    key: ({ notificationId }) => [notificationId],
    // Two operators do something at once: the last edit shows both.
    whenActive: 'again',
    whenDelayed: 'hasten',
    // Decoration: what was done stands in the audit.
    attempts: 4,
    backoff: { delayMs: 1_000, jitter: 0.3 },
    timeLimitMs: 30_000,
  }),
  'order.progress': job({
    queue: 'outbox',
    schema: z.object({ orderId: id }),
    key: ({ orderId }) => [orderId],
    // Progress that came during an edit deserves one more.
    whenActive: 'again',
    // Edits are gathered: the caller's delay says how often.
    whenDelayed: 'keep',
    // Decoration: the next progress or the result comes anyway.
    attempts: 2,
    backoff: { delayMs: 1_000, jitter: 0.3 },
    timeLimitMs: 30_000,
  }),
});

type PayloadsOf<C> = { readonly [N in keyof C]: C[N] extends JobDefinition<infer P> ? P : never };

export type JobPayloads = PayloadsOf<typeof jobs>;
export type JobName = keyof JobPayloads;
export type JobPayload<N extends JobName> = JobPayloads[N];
