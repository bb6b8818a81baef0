import { shorten } from '@aisha/service';
import { type IncomingMedia, orderTranscription, settingsIn } from '@aisha/core';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { type Answers, button } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { giveFile } from '../exports/presses.ts';
import { recordingFormatButtons } from '../exports/screens.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { callOf, meantBy } from './calls.ts';
import { linkOf, mediaOf } from './media.ts';
import { correctingAnswers, correctingComposer } from './correcting.ts';
import { linesScreen } from './lines.ts';
import { namingAnswers, namingComposer } from './naming.ts';
import { repliesComposer } from './replies.ts';
import { howScreen, moreButtons, textsScreen } from './screens.ts';
import { termAnswers, termsComposer } from './terms.ts';

export function recordingsComposer() {
  const composer = new Composer();
  composer.use(namingComposer(), correctingComposer(), repliesComposer());
  composer.on(message(), (ctx, next) => {
    const turn = turnOf(ctx);
    const call = callOf(ctx.message, ctx.me);
    const meant = call === 'transcribe' ? meantBy(ctx.message) : null;
    if (meant) return transcribe(turn, meant.media, meant.messageId);
    if (turn.isPrivate) {
      if (call === 'transcribe') return turn.send(howScreen(turn));
      // Where something else is asked for, an address may be the answer.
      const link = turn.state.name === IDLE.name ? linkOf(ctx.message) : null;
      const media = mediaOf(ctx.message) ?? link;
      if (!media) return next();
      const { message_id: messageId } = ctx.message;
      const album = 'media_group_id' in ctx.message ? ctx.message.media_group_id : undefined;
      return media.source === 'text' && album !== undefined
        ? keepText(turn, media, messageId, album)
        : transcribe(turn, media, messageId);
    }
    // In a group only who calls us is answered.
    if (call === 'transcribe') turn.send({ text: turn.t('transcribe.reply') });
    if (call === 'other') turn.send({ text: turn.t('group.how', { bot: turn.settings.botUsername }) });
  });
  composer.use(termsComposer());
  return composer;
}

export const recordingAnswers = {
  ...termAnswers,
  ...namingAnswers,
  ...correctingAnswers,
  'recording.more': (turn, recording) => turn.showButtons(moreButtons(turn, recording)),
  lines: (turn, recording) => turn.send(linesScreen(turn, recording, 0)),
  'lines.page': (turn, recording, page) => turn.show(linesScreen(turn, recording, page)),
  transcribe: (turn) => turn.show(howScreen(turn)),
  'texts.read': async (turn) => {
    const { texts } = turn.memory;
    if (texts.length === 0) return turn.toast('button.outdated');
    turn.memory = { ...turn.memory, texts: [] };
    // Photos of the same album still wait for theirs.
    turn.showButtons(
      turn.memory.photos.length === 0 ? [] : [[button(turn.label('avatars.new'), 'avatar.new')]],
    );
    for (const { messageId, ...file } of texts)
      await transcribe(turn, { ...file, source: 'text', durationS: null }, messageId);
  },
  // Of older messages.
  'recording.text': (turn, recording) => giveFile(turn, recording, { format: 'txt', document: null }),
  download: (turn, recording, where) => turn.showButtons(recordingFormatButtons(turn, recording, where)),
  'download.as': (turn, recording, format) => giveFile(turn, recording, { format, document: null }),
} satisfies Partial<Answers>;

/** As many as an album has, twice: each becomes a message, and a chat takes so many at once. */
const MOST_TEXTS = 20;

/** An album of texts is one thing: one answer, whose button has all of them read. */
function keepText(turn: Turn, file: IncomingMedia, messageId: number, album: string): void {
  const { fileId, fileName, mimeType, fileSize } = file;
  const texts = [...turn.memory.texts, { fileId, fileName, mimeType, fileSize, messageId }];
  turn.memory = { ...turn.memory, texts: texts.slice(-MOST_TEXTS) };
  if (turn.firstOf(album, 'texts')) turn.send(textsScreen(turn));
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
    {
      ...turn.place,
      ownerId: turn.user.id,
      messageId,
      title: shorten(title, 120),
      language: null,
      wantSpeakers: settingsIn(turn.user).speakers,
    },
    media,
  );
  if ('refused' in ordered) return turn.send(refusalScreen(turn, ordered.refused), { replyTo: messageId });
  const { order } = ordered;
  turn.send(statusScreen(turn, order), { replyTo: messageId, bind: { to: 'order', id: order.id } });
}
