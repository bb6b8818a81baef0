import { EVERYTHING, mainAvatar } from '@aisha/core';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { picturesOf } from '../chat/pictures.ts';
import { onCommand, onText } from '../chat/route.ts';
import { turnOf } from '../chat/turn-context.ts';
import { imageEdit, imagePrompt } from './dialogue.ts';
import { askForPrompt, orderChange, orderDraft, showGallery, usualImage } from './presses.ts';

export function imagesComposer() {
  const composer = new Composer();
  onCommand(composer, 'imagine', async (turn, prompt, sent) => {
    const avatar = await mainAvatar(turn.unit.tx, turn.user.id);
    const draft = imagePrompt.at({ avatarId: avatar?.id ?? null, ...usualImage(turn) });
    return prompt ? orderDraft(turn, prompt, draft, { sent }) : askForPrompt(turn, draft);
  });
  onCommand(composer, 'gallery', (turn) => showGallery(turn, EVERYTHING, null));
  onText(composer, imagePrompt, (turn, text, draft, sent) => orderDraft(turn, text, draft, { sent }));
  onText(composer, imageEdit, orderChange);
  return composer;
}

/** A picture where a description is asked for: another is made like it. An album is none, it is more than one. */
export function referencesComposer() {
  const composer = new Composer();
  composer.on(message(), (ctx, next) => {
    const turn = turnOf(ctx);
    const draft = turn.isPrivate ? imagePrompt.of(turn.state) : null;
    const { message: said } = ctx;
    if (!draft || ('media_group_id' in said && said.media_group_id !== undefined)) return next();
    const [picture] = picturesOf(said, 'declared', turn.settings.fileLimit);
    if (!picture) return next();
    const words = 'caption' in said && said.caption !== undefined ? said.caption : '';
    const { fileId, fileSize } = picture;
    const sent = new Date(said.date * 1_000);
    return orderDraft(turn, words, draft, { sent, reference: { fileId, fileSize } });
  });
  return composer;
}
