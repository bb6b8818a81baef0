import { type JobHandlers, nothingToEnd } from '@aisha/queue';
import { showAlarm } from './alarm.ts';
import { sendBroadcast } from './broadcast.ts';
import { showPhotoCounter, showProgress } from './edits.ts';
import { type NotifyParts, sendNotification } from './send.ts';

/** Jobs whose work is to show something. */
export const notifyHandlers = (parts: NotifyParts) =>
  ({
    'notification.send': {
      handle: ({ notificationId }, run) => sendNotification(parts, notificationId, run),
      giveUp: nothingToEnd,
    },
    'alarm.show': {
      handle: ({ notificationId }, run) => showAlarm(parts, notificationId, run),
      giveUp: nothingToEnd,
    },
    'broadcast.send': {
      handle: ({ broadcastId }, run) => sendBroadcast(parts, broadcastId, run),
      giveUp: nothingToEnd,
    },
    'order.progress': {
      handle: ({ orderId }, run) => showProgress(parts, orderId, run),
      giveUp: nothingToEnd,
    },
    'avatar.screen': {
      handle: ({ avatarId }, run) => showPhotoCounter(parts, avatarId, run),
      giveUp: nothingToEnd,
    },
  }) satisfies Partial<JobHandlers>;
