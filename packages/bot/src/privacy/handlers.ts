import { failDataExport, makeDataExport, runErasure, type TellReceipt, type WorkerParts } from '@aisha/core';
import { type JobHandlers, nothingToEnd } from '@aisha/queue';
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
  async ({ userId, language }, receipt, into, { signal }) => {
    const voice = {
      t: (...[key, params]: Parameters<Texts['html']> extends [unknown, ...infer Rest] ? Rest : never) =>
        parts.texts.html(language, key, params),
    };
    const payload = {
      chat_id: userId,
      parse_mode: 'HTML' as const,
      text:
        userId < 0 ? voice.t('group.erased') : receiptText(voice, receipt, parts.config.privacy.backupDays),
    };
    const options = { priority: 'result', signal } as const;
    const outcome =
      into === null
        ? await parts.telegram.call('sendMessage', payload, options)
        : await parts.telegram.call('editMessageText', { ...payload, message_id: into }, options);
    switch (outcome.kind) {
      case 'ok':
        return { kind: 'told' };
      case 'unchanged':
        return { kind: outcome.why === 'not-modified' ? 'told' : 'gone' };
      case 'retry':
        return { kind: 'later', afterMs: outcome.afterMs };
      case 'unknown':
        return { kind: 'unknown' };
      case 'refused':
        parts.log.error('Telegram refused a receipt', {
          code: outcome.code,
          description: outcome.description,
        });
        return { kind: into === null ? 'unreachable' : 'gone' };
      case 'unreachable':
      case 'forbidden':
      case 'no-topic':
      case 'migrated':
        // Who blocked the bot is told nothing.
        return { kind: 'unreachable' };
      default:
        return outcome satisfies never;
    }
  };
