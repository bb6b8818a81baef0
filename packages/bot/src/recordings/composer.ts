import { shorten } from '@aisha/service';
import { type IncomingMedia, orderTranscription, rulesOfGroup, settingsIn } from '@aisha/core';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import type { Message } from 'telegraf/types';
import { type Answers, button } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import type { KeptVoice } from '../chat/memory.ts';
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
import { quoteAnswers } from './quote.ts';
import { howScreen, moreButtons, textsScreen } from './screens.ts';
import { asOne, forwardedVoice, keptAsOneOfSeveral, takeVoices } from './voices.ts';
import { termAnswers, termsComposer } from './terms.ts';

export function recordingsComposer() {
  const composer = new Composer();
  composer.use(namingComposer(), correctingComposer());
  composer.on(message(), (ctx, next) => {
    const turn = turnOf(ctx);
    const call = callOf(ctx.message, ctx.me);
    if (turn.isPrivate) {
      const meant = call === 'transcribe' ? meantBy(ctx.message) : null;
      if (meant) return transcribe(turn, meant.media, meant.messageId);
      if (call === 'transcribe') return turn.send(howScreen(turn));
      // Where something else is asked for, an address may be the answer.
      const link = turn.state.name === IDLE.name ? linkOf(ctx.message) : null;
      const media = mediaOf(ctx.message) ?? link;
      if (!media) return next();
      const { message_id: messageId } = ctx.message;
      const voice = forwardedVoice(ctx.message, media);
      if (voice) return hearForwarded(turn, voice);
      const album = 'media_group_id' in ctx.message ? ctx.message.media_group_id : undefined;
      return media.source === 'text' && album !== undefined
        ? keepText(turn, media, messageId, album)
        : transcribe(turn, media, messageId);
    }
    return inGroup(turn, ctx.message, call);
  });
  composer.use(termsComposer());
  return composer;
}

async function hearForwarded(turn: Turn, voice: KeptVoice): Promise<void> {
  if (!(await keptAsOneOfSeveral(turn, voice))) await hearOne(turn, voice);
}

const hearOne = (turn: Turn, { messageId, sender: _sender, at: _at, ...voice }: KeptVoice): Promise<void> =>
  transcribe(turn, { ...voice, fileName: null }, messageId);

/** What people say into their phones; files are sent to a group for other reasons, too. */
const SPOKEN: readonly IncomingMedia['source'][] = ['voice', 'video_note', 'audio'];

/** In a group only who calls us is answered, unless its administrators decided otherwise. */
async function inGroup(turn: Turn, said: Message, call: ReturnType<typeof callOf>): Promise<void> {
  const media = call === null ? mediaOf(said) : null;
  const isSpoken = media !== null && SPOKEN.includes(media.source);
  if (call === null && !isSpoken) return;
  const mode = (await rulesOfGroup(turn.unit.tx, turn.chatId))?.mode ?? 'reply';
  if (mode === 'silent') return;
  if (isSpoken)
    return mode === 'automatic' ? transcribe(turn, media, said.message_id, { unasked: true }) : undefined;
  const meant = call === 'transcribe' ? meantBy(said) : null;
  if (meant) return transcribe(turn, meant.media, meant.messageId);
  turn.send({
    text:
      call === 'transcribe'
        ? turn.t('transcribe.reply')
        : turn.t('group.how', { bot: turn.settings.botUsername }),
  });
}

export const recordingAnswers = {
  ...termAnswers,
  ...namingAnswers,
  ...correctingAnswers,
  ...quoteAnswers,
  'recording.more': (turn, recording) => turn.showButtons(moreButtons(turn, recording)),
  lines: (turn, recording) => turn.send(linesScreen(turn, recording, 0)),
  'lines.page': (turn, recording, page) => turn.show(linesScreen(turn, recording, page)),
  transcribe: (turn) => turn.show(howScreen(turn)),
  'voices.one': async (turn) => {
    const voices = takeVoices(turn);
    const [first] = voices;
    if (!first) return turn.toast('button.outdated');
    turn.showButtons([]);
    await transcribe(turn, asOne(voices), first.messageId, { speakers: false });
  },
  'voices.each': async (turn) => {
    const voices = takeVoices(turn);
    if (voices.length === 0) return turn.toast('button.outdated');
    turn.showButtons([]);
    for (const voice of voices) await hearOne(turn, voice);
  },
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

/** `unasked`: nobody called, so nobody is told what could not be. */
async function transcribe(
  turn: Turn,
  media: IncomingMedia,
  messageId: number,
  { unasked = false, speakers }: { readonly unasked?: boolean; readonly speakers?: boolean } = {},
): Promise<void> {
  const { fileLimit } = turn.settings;
  // Of several voices each is fetched by itself.
  if (media.source !== 'voices' && media.fileSize !== null && media.fileSize > fileLimit) {
    if (unasked) return;
    return turn.send(
      { text: turn.t('transcribe.too_big', { limit: Math.floor(fileLimit / 1024 / 1024) }) },
      { replyTo: messageId },
    );
  }
  const title =
    media.fileName ?? turn.label(`recording.title.${media.source}`, { date: turn.date(new Date()) });
  const settings = settingsIn(turn.user);
  const ordered = await orderTranscription(
    turn.unit,
    {
      ...turn.place,
      ownerId: turn.user.id,
      messageId,
      title: shorten(title, 120),
      language: settings.speechLanguage,
      wantSpeakers: speakers ?? settings.speakers,
    },
    media,
  );
  if ('refused' in ordered) {
    if (!unasked) turn.send(refusalScreen(turn, ordered.refused), { replyTo: messageId });
    return;
  }
  const { order } = ordered;
  turn.send(statusScreen(turn, order), { replyTo: messageId, bind: { to: 'order', id: order.id } });
}
