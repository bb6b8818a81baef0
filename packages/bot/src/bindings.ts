import { albumsComposer } from './albums/composer.ts';
import { Composer } from 'telegraf';
import { avatarsComposer } from './avatars/composer.ts';
import * as avatarDialogues from './avatars/dialogue.ts';
import { likenessAnswers } from './avatars/likeness.ts';
import { avatarAnswers } from './avatars/presses.ts';
import { shownFirstPictures, shownTraining } from './avatars/results.ts';
import { type Answers, press } from './buttons.ts';
import { createConversation as converse } from './chat/conversation.ts';
import { turnOf } from './chat/turn-context.ts';
import type { VoiceParts } from './chat/voice.ts';
import { creditAnswers, creditsComposer } from './credits/composer.ts';
import { greetInvited } from './credits/invite.ts';
import * as creditDialogues from './credits/dialogue.ts';
import { documentsComposer } from './documents/composer.ts';
import * as documentDialogues from './documents/dialogue.ts';
import { documentAnswers } from './documents/presses.ts';
import { shownDocument } from './documents/results.ts';
import { shownExport } from './exports/results.ts';
import { groupAnswers, groupsComposer } from './groups/composer.ts';
import { historyAnswers, historyComposer } from './history/composer.ts';
import * as historyDialogues from './history/dialogue.ts';
import { imagesComposer, referencesComposer } from './images/composer.ts';
import { shownQuestion } from './history/answers.ts';
import { askingComposer } from './history/asking.ts';
import { shownMerge } from './history/results.ts';
import * as imageDialogues from './images/dialogue.ts';
import { imageAnswers } from './images/presses.ts';
import {
  shownEdit,
  shownImage,
  shownSeries,
  shownStylePreview,
  shownUpscale,
  shownVideo,
} from './images/results.ts';
import { menuAnswers, menuComposer } from './menu/composer.ts';
import { restComposer } from './menu/rest.ts';
import { menuScreen } from './menu/screens.ts';
import { operatorAnswers, operatorsComposer } from './operators/composer.ts';
import { maintenanceComposer, pressHeld } from './operators/maintenance.ts';
import * as operatorDialogues from './operators/dialogue.ts';
import { orderAnswers } from './orders/presses.ts';
import { recordingAnswers, recordingsComposer } from './recordings/composer.ts';
import * as recordingDialogues from './recordings/dialogue.ts';
import { repliesComposer } from './recordings/replies.ts';
import { slidesComposer } from './recordings/slides.ts';
import { shownTranscription } from './recordings/results.ts';
import { privacyAnswers, privacyComposer } from './privacy/composer.ts';
import { settingAnswers, settingsComposer } from './settings/composer.ts';
import { askingZone } from './settings/dialogue.ts';

/** What each button does: one without an answer does not compile. */
const answers: Answers = {
  ...menuAnswers,
  ...settingAnswers,
  ...privacyAnswers,
  ...avatarAnswers,
  ...likenessAnswers,
  ...imageAnswers,
  ...recordingAnswers,
  ...documentAnswers,
  ...historyAnswers,
  ...creditAnswers,
  ...groupAnswers,
  ...orderAnswers,
  ...operatorAnswers,
};

/** Every place of a dialogue where a person may stand, beside none. */
const dialogues = Object.values({
  askingZone,
  ...avatarDialogues,
  ...imageDialogues,
  ...documentDialogues,
  ...recordingDialogues,
  ...historyDialogues,
  ...creditDialogues,
  ...operatorDialogues,
});

/** What is shown of each kind of order. */
export const shownOrders: VoiceParts['shownOrders'] = {
  training: shownTraining,
  image: shownImage,
  series: shownSeries,
  edit: shownEdit,
  upscale: shownUpscale,
  video: shownVideo,
  style_preview: shownStylePreview,
  first_pictures: shownFirstPictures,
  transcription: shownTranscription,
  document: shownDocument,
  export: shownExport,
  merge: shownMerge,
  question: shownQuestion,
};

export const createConversation = (options: Omit<VoiceParts, 'shownOrders'> & { readonly botId: number }) =>
  converse({
    ...options,
    shownOrders,
    dialogues,
    // In the order in which they are asked.
    composers: [
      pressesComposer(),
      menuComposer(greetInvited),
      settingsComposer(),
      privacyComposer(),
      operatorsComposer(),
      maintenanceComposer(),
      groupsComposer(),
      referencesComposer(),
      // What answers a recording is about it, wherever somebody stands.
      repliesComposer(),
      slidesComposer(),
      askingComposer(),
      albumsComposer(),
      avatarsComposer(),
      imagesComposer(),
      creditsComposer(),
      documentsComposer(),
      historyComposer(),
      recordingsComposer(),
      restComposer(),
    ],
  });

function pressesComposer() {
  const composer = new Composer();
  composer.on('callback_query', async (ctx) => {
    const turn = turnOf(ctx);
    const data = 'data' in ctx.callbackQuery ? ctx.callbackQuery.data : '';
    if (await pressHeld(turn, data)) return;
    const outcome = await press(turn, data, answers);
    switch (outcome) {
      case 'answered':
        return;
      case 'of-another':
        return turn.toast('button.of_another');
      case 'outdated':
        return turn.toast('button.outdated');
      case 'unknown':
        turn.toast('button.outdated');
        if (turn.isPrivate) turn.send(menuScreen(turn));
        return;
      default:
        outcome satisfies never;
    }
  });
  return composer;
}
