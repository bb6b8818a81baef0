import { addSlide, findSlide, recordingInMessage, resultInMessage } from '@aisha/core';
import type { Db, Place } from '@aisha/db';
import { shorten } from '@aisha/service';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { READABLY, type Screen } from '../chat/screen.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Voice } from '../chat/voice.ts';

/** A photo that answers a recording, or its text, shows what was shown there: it belongs to its documents. */
export function slidesComposer() {
  const composer = new Composer();
  composer.on(message('photo'), async (ctx, next) => {
    const turn = turnOf(ctx);
    const { reply_to_message: original, photo, message_id: messageId } = ctx.message;
    const largest = photo.at(-1);
    if (!original || !largest) return next();
    const at = { chatId: turn.chatId, messageId: original.message_id };
    const { tx } = turn.unit;
    const recording =
      (await resultInMessage(tx, turn.user.id, at))?.recording ??
      (await recordingInMessage(tx, turn.user.id, at));
    if (!recording) return next();
    const slide = { chatId: turn.chatId, messageId, fileId: largest.file_id };
    const added = await addSlide(turn.unit, recording, slide);
    turn.send(
      { text: added ? turn.t('slide.reading', { title: recording.title }) : turn.t('slide.most') },
      { replyTo: messageId },
    );
  });
  return composer;
}

/** What became of a photo, and which message it answers; null: its recording was deleted. */
export async function slideScreen(
  db: Pick<Db, 'select'>,
  voice: Voice,
  slideId: string,
): Promise<{ place: Place; screen: Screen; replyTo: number } | null> {
  const found = await findSlide(db, slideId);
  if (!found) return null;
  const { slide, recording } = found;
  const { title } = recording;
  const text = slide.failure
    ? voice.t('slide.failed', { why: voice.label(`failure.${slide.failure}`) })
    : slide.text
      ? voice.t('slide.read', { title, text: shorten(slide.text, 2_500, READABLY) })
      : voice.t('slide.empty', { title });
  return { place: { chatId: slide.chatId }, screen: { text }, replyTo: slide.messageId };
}
