import { forgetBroadcasts } from './broadcasts/sweep.ts';
import { forgetSections } from './documents/plan.ts';
import { dropEndedWebhookSecrets } from './fal/webhook-secrets.ts';
import { forgetQuestions } from './history/questions.ts';
import { forgetWords } from './history/retention.ts';
import { removeImages } from './images/retention.ts';
import { removeOldUpdates } from './inbox/retention.ts';
import { removeOldNotifications } from './notifications/sweep.ts';
import type { WorkerParts } from './parts.ts';
import { EXPORTS_KEPT_DAYS, removeExports } from './privacy/export.ts';
import { forgetDelivered, forgetOutlived } from './privacy/forget.ts';
import { removePieces, removeRecordings } from './recordings/retention.ts';
import { forgetMemories } from './users/conversations.ts';
import { forgetGroupMessages } from './users/group-messages.ts';
import { forgetSupport } from './support/support.ts';
import { forgetCounts } from './spending/spending.ts';

export interface RetentionRule {
  readonly what: string;
  /** How long. */
  readonly kept: string;
  readonly why: string;
  readonly apply: (parts: WorkerParts) => Promise<void>;
}

/**
 * How long everything is kept that is not simply its owner's until they delete it: one table, in the order in which it is
 * applied. Objects go first, rows after: a crash in between repeats, never forgets. `aisha doctor` shows it.
 */
export const RETENTION: readonly RetentionRule[] = [
  {
    what: 'what was ordered incognito',
    kept: 'until it was delivered',
    why: 'its owner wants it so',
    apply: forgetDelivered,
  },
  {
    what: 'recordings and pictures of who chose a number of days',
    kept: 'so many days; favourite pictures stay',
    why: 'its owner wants it so',
    apply: forgetOutlived,
  },
  {
    what: 'zips of /export',
    kept: `${EXPORTS_KEPT_DAYS} days`,
    why: 'whoever loses the message can have it again',
    apply: removeExports,
  },
  { what: 'deleted pictures', kept: 'a minute', why: 'their owner deleted them', apply: removeImages },
  {
    what: 'words of the search',
    kept: 'as long as what said them',
    why: 'nothing is found that is gone',
    apply: ({ db }) => forgetWords(db),
  },
  {
    what: 'questions to recordings',
    kept: 'a day',
    why: 'the answer stands in the chat',
    apply: ({ db }) => forgetQuestions(db),
  },
  {
    what: 'deleted recordings, their texts, documents and files',
    kept: 'a minute, their rows 15',
    why: 'a job that runs may still write',
    apply: removeRecordings,
  },
  {
    what: 'sound of recordings',
    kept: 'until there is text',
    why: 'it is needed for nothing else',
    apply: removePieces,
  },
  {
    what: 'parts of documents',
    kept: 'an hour after they were written',
    why: 'ordered again soon, only the rest is paid for',
    apply: forgetSections,
  },
  {
    what: 'what Telegram told (messages, presses)',
    kept: '3 days; 30 where it could not be handled',
    why: 'Telegram may tell it once more for a day; somebody has to look at what failed',
    apply: ({ db }) => removeOldUpdates(db),
  },
  {
    what: 'secrets of webhooks that ended',
    kept: 'until their end',
    why: 'nothing is signed with them any more',
    apply: ({ db }) => dropEndedWebhookSecrets(db),
  },
  {
    what: 'whose messages in groups are',
    kept: '180 days',
    why: 'their buttons are pressed',
    apply: ({ db }) => forgetGroupMessages(db),
  },
  {
    what: 'albums and photos that a dialogue remembers',
    kept: 'an hour; 30 days where an avatar is being begun',
    why: 'their owner was told so',
    apply: ({ db }) => forgetMemories(db),
  },
  {
    what: 'messages that were owed',
    kept: '90 days after they were told',
    why: 'nothing is told twice; questions about what was told',
    apply: ({ db }) => removeOldNotifications(db),
  },
  {
    what: 'counts of paid calls; what a day cost',
    kept: '40 days; 400 days',
    why: 'limits look a month back, figures a year',
    apply: ({ db }) => forgetCounts(db),
  },
  {
    what: 'questions about payments',
    kept: '180 days',
    why: 'a payment may be disputed for so long',
    apply: ({ db }) => forgetSupport(db),
  },
  {
    what: 'broadcasts and whom they went to',
    kept: '180 days; drafts 30',
    why: 'nobody is told the same twice',
    apply: ({ db }) => forgetBroadcasts(db),
  },
];

/** One pass of all rules. */
export async function applyRetention(parts: WorkerParts): Promise<void> {
  for (const { apply } of RETENTION) await apply(parts);
}
