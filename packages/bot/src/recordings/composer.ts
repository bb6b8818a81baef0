import {
  deleteRecording,
  findRecording,
  historyPage,
  type IncomingMedia,
  isDocumentKind,
  orderDocument,
  orderTranscription,
  type Recording,
} from '@aisha/core';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { z } from 'zod';
import { documentMessages } from '../documents/results.ts';
import { IDLE } from '../chat/dialogue.ts';
import { mediaOf } from './media.ts';
import { fileNameOf, sendFile } from '../chat/results.ts';
import { noteScreen } from '../menu/screens.ts';
import { statusScreen } from '../orders/screens.ts';
import { confirmDeleteRecording, historyScreen, recordingScreen } from './screens.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { onCommand, onPress, type Press } from '../chat/route.ts';

export function recordingsComposer() {
  const composer = new Composer();
  // In groups, too: as a reply to what is to be transcribed.
  composer.command('transcribe', (ctx) => {
    const turn = turnOf(ctx);
    const original = ctx.message.reply_to_message;
    const media = original && mediaOf(original);
    if (original && media) return transcribe(turn, media, original.message_id);
    turn.send(
      turn.isPrivate ? noteScreen(turn, turn.t('transcribe.how')) : { text: turn.t('transcribe.reply') },
    );
  });
  onPress(composer, 'transcribe', (turn) => turn.show(noteScreen(turn, turn.t('transcribe.how'))));
  composer.on(message(), (ctx, next) => {
    const turn = turnOf(ctx);
    const media = turn.isPrivate ? mediaOf(ctx.message) : null;
    return media ? transcribe(turn, media, ctx.message.message_id) : next();
  });

  onCommand(composer, 'history', (turn) => history(turn));
  onPress(composer, 'history', history);
  onPress(
    composer,
    'recording',
    own((turn, recording) => turn.show(recordingScreen(turn, recording))),
  );
  onPress(
    composer,
    'recording.text',
    own((turn, recording) => {
      if (!recording.transcriptKey) return turn.toast('button.outdated');
      turn.owed.push(
        sendFile(
          turn.chatId,
          {
            bucket: 'transcripts',
            key: recording.transcriptKey,
            filename: `${fileNameOf(recording.title)}.txt`,
          },
          '',
        ),
      );
    }),
  );
  onPress(
    composer,
    'recording.delete',
    own((turn, recording) => turn.show(confirmDeleteRecording(turn, recording))),
  );
  onPress(
    composer,
    'recording.delete.yes',
    own(async (turn, recording) => {
      await deleteRecording(turn.unit, turn.user.id, recording.id);
      turn.toast('recording.deleted');
      turn.show(historyScreen(turn, await historyPage(turn.unit.tx, turn.user.id, 0)));
    }),
  );
  onPress(
    composer,
    'document',
    own(async (turn, recording, wanted = '') => {
      if (!isDocumentKind(wanted)) return turn.toast('button.outdated');
      const ordered = await orderDocument(turn.unit, recording, wanted, turn.language, {
        chatId: turn.chatId,
      });
      if (ordered.kind === 'written') {
        turn.owed.push(...documentMessages(turn, turn.chatId, ordered.document, recording));
        return;
      }
      if (ordered.kind === 'under-way') return turn.toast('document.under_way');
      if (ordered.kind === 'refused') return ordered.reason satisfies never;
      turn.send(statusScreen(turn, ordered.order), { bind: { to: 'order', id: ordered.order.id } });
    }),
  );
  return composer;
}

const history: Press = async (turn, at = '0') => {
  turn.state = IDLE;
  turn.show(historyScreen(turn, await historyPage(turn.unit.tx, turn.user.id, Number(at) || 0)));
};

function own(handle: (turn: Turn, recording: Recording, ...args: string[]) => Promise<void> | void): Press {
  return async (turn, id, ...args) => {
    const recording = z.uuid().safeParse(id).success
      ? await findRecording(turn.unit.tx, turn.user.id, id ?? '')
      : null;
    return recording ? handle(turn, recording, ...args) : turn.toast('button.outdated');
  };
}

async function transcribe(turn: Turn, media: IncomingMedia, messageId: number): Promise<void> {
  const { fileLimit } = turn.settings;
  if (media.fileSize !== null && media.fileSize > fileLimit)
    return turn.send(
      { text: turn.t('transcribe.too_big', { limit: Math.floor(fileLimit / 1024 / 1024) }) },
      { replyTo: messageId },
    );
  const title =
    media.fileName ?? turn.label(`recording.title.${media.source}`, { date: turn.date(new Date()) });
  const { order } = await orderTranscription(
    turn.unit,
    { ownerId: turn.user.id, chatId: turn.chatId, messageId, title: title.slice(0, 120), language: null },
    media,
  );
  turn.send(statusScreen(turn, order), { replyTo: messageId, bind: { to: 'order', id: order.id } });
}
