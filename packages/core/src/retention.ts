import { forgetBroadcasts } from './broadcasts/sweep.ts';
import { forgetSections } from './documents/plan.ts';
import { dropEndedWebhookSecrets } from './fal/webhook-secrets.ts';
import { forgetQuestions } from './history/questions.ts';
import { forgetWords } from './history/retention.ts';
import { removeImages } from './images/retention.ts';
import { removeOldUpdates } from './inbox/retention.ts';
import { removeOldNotifications } from './notifications/sweep.ts';
import type { WorkerParts } from './parts.ts';
import { removeExports } from './privacy/export.ts';
import { forgetDelivered, forgetOutlived } from './privacy/forget.ts';
import { removePieces, removeRecordings } from './recordings/retention.ts';
import { forgetMemories } from './users/conversations.ts';
import { forgetGroupMessages } from './users/group-messages.ts';
import { forgetSupport } from './support/support.ts';
import { forgetCounts } from './spending/spending.ts';

/**
 * One pass of the retention rules: what users deleted goes from the buckets, the audio of a recording goes once its
 * text is there, and old bookkeeping goes. Objects first, rows after: a crash in between repeats, never forgets.
 */
export async function applyRetention(parts: WorkerParts): Promise<void> {
  await forgetDelivered(parts);
  await forgetOutlived(parts);
  await removeExports(parts);
  await removeImages(parts);
  await forgetWords(parts.db);
  await forgetQuestions(parts.db);
  await removeRecordings(parts);
  await removePieces(parts);
  await forgetSections(parts);
  await removeOldUpdates(parts.db);
  await dropEndedWebhookSecrets(parts.db);
  await forgetGroupMessages(parts.db);
  await forgetMemories(parts.db);
  await removeOldNotifications(parts.db);
  await forgetCounts(parts.db);
  await forgetSupport(parts.db);
  await forgetBroadcasts(parts.db);
}
