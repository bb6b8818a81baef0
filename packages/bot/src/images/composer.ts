import { mainAvatar } from '@aisha/core';
import { Composer } from 'telegraf';
import { onCommand, onText } from '../chat/route.ts';
import { imagePrompt } from './dialogue.ts';
import { askForPrompt, orderDraft, showGallery, usualImage } from './presses.ts';

export function imagesComposer() {
  const composer = new Composer();
  onCommand(composer, 'imagine', async (turn, prompt) => {
    const avatar = await mainAvatar(turn.unit.tx, turn.user.id);
    const draft = imagePrompt.at({ avatarId: avatar?.id ?? null, ...usualImage(turn) });
    return prompt ? orderDraft(turn, prompt, draft) : askForPrompt(turn, draft);
  });
  onCommand(composer, 'gallery', (turn) => showGallery(turn, 'all', 0));
  onText(composer, imagePrompt, orderDraft);
  return composer;
}
