import { failDataExport, makeDataExport, runErasure, type TellReceipt, type WorkerParts } from '@aisha/core';
import { type JobHandlers, nothingToEnd } from '@aisha/queue';
import { TransientError } from '@aisha/service';
import type { Texts } from '../texts/index.ts';
import { receiptText } from './screens.ts';

export type PrivacyParts = WorkerParts & { readonly texts: Texts };

export const privacyHandlers = (parts: PrivacyParts) =>
  ({
    'privacy.erase': {
      handle: ({ erasureId }, run) => runErasure(parts, erasureId, run, tellReceipt(parts)),
      // The sweeper comes back to it until it is done: whoever wants to be forgotten is.
      giveUp: nothingToEnd,
    },
    'privacy.export': {
      handle: ({ exportId }, run) => makeDataExport(parts, exportId, run),
      giveUp: ({ exportId }) => failDataExport(parts, exportId),
    },
  }) satisfies Partial<JobHandlers>;

/** By itself, not as a notification: nothing of theirs is written any more. */
const tellReceipt =
  (parts: PrivacyParts): TellReceipt =>
  async ({ userId, language }, receipt, { signal }) => {
    const voice = {
      t: (...[key, params]: Parameters<Texts['html']> extends [unknown, ...infer Rest] ? Rest : never) =>
        parts.texts.html(language, key, params),
    };
    const outcome = await parts.telegram.call(
      'sendMessage',
      {
        chat_id: userId,
        parse_mode: 'HTML',
        text:
          userId < 0 ? voice.t('group.erased') : receiptText(voice, receipt, parts.config.privacy.backupDays),
      },
      { priority: 'result', signal },
    );
    // Who blocked the bot is told nothing; an answer that was lost is not asked for twice.
    if (outcome.kind === 'retry')
      throw new TransientError('the receipt of an erasure is not told yet', {
        retryAfterMs: outcome.afterMs,
      });
  };
