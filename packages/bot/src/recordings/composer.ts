import { shorten } from '@aisha/service';
import { deleteRecording, historyPage, type IncomingMedia, orderTranscription } from '@aisha/core';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { sendFile } from '../chat/files.ts';
import { onCommand } from '../chat/route.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { noteScreen } from '../menu/screens.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { mediaOf } from './media.ts';
import { transcriptFile } from './results.ts';
import { confirmDeleteRecording, historyScreen, recordingScreen } from './screens.ts';

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
  composer.on(message(), (ctx, next) => {
    const turn = turnOf(ctx);
    const media = turn.isPrivate ? mediaOf(ctx.message) : null;
    return media ? transcribe(turn, media, ctx.message.message_id) : next();
  });
  onCommand(composer, 'history', (turn) => history(turn, 0));
  return composer;
}

export const recordingAnswers = {
  transcribe: (turn) => turn.show(noteScreen(turn, turn.t('transcribe.how'))),
  history: (turn, page) => history(turn, page),
  recording: (turn, recording) => turn.show(recordingScreen(turn, recording)),
  'recording.text': (turn, recording) => {
    if (!recording.transcriptKey) return turn.toast('button.outdated');
    turn.owed.push(sendFile(turn.chatId, transcriptFile(recording, recording.transcriptKey)));
  },
  'recording.delete': (turn, recording) => turn.show(confirmDeleteRecording(turn, recording)),
  'recording.delete.yes': async (turn, recording) => {
    await deleteRecording(turn.unit, turn.user.id, recording.id);
    turn.toast('recording.deleted');
    turn.show(historyScreen(turn, await historyPage(turn.unit.tx, turn.user.id, 0)));
  },
} satisfies Partial<Answers>;

async function history(turn: Turn, page: number): Promise<void> {
  turn.state = IDLE;
  turn.show(historyScreen(turn, await historyPage(turn.unit.tx, turn.user.id, page)));
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
  const ordered = await orderTranscription(
    turn.unit,
    { ownerId: turn.user.id, chatId: turn.chatId, messageId, title: shorten(title, 120), language: null },
    media,
  );
  if ('refused' in ordered) return turn.send(refusalScreen(turn, ordered.refused), { replyTo: messageId });
  const { order } = ordered;
  turn.send(statusScreen(turn, order), { replyTo: messageId, bind: { to: 'order', id: order.id } });
}
