import {
  addTemplate,
  findRecording,
  readLanguage,
  TEMPLATE_NAME,
  TEMPLATE_TEXT,
  templatesOf,
} from '@aisha/core';
import { Composer } from 'telegraf';
import { IDLE } from '../chat/dialogue.ts';
import { onText } from '../chat/route.ts';
import { describingTemplate, namingLanguage, namingTemplate } from './dialogue.ts';
import { write } from './presses.ts';
import { templatesScreen } from './screens.ts';

/** What somebody writes about a document: a language, an instruction. */
export function documentsComposer() {
  const composer = new Composer();
  onText(composer, namingLanguage, async (turn, text, { recordingId, kind }) => {
    const language = readLanguage(text);
    if (language === null) return turn.send({ text: turn.t('document.into.bad') });
    turn.state = IDLE;
    const recording = await findRecording(turn.unit.tx, turn.user.id, recordingId);
    if (!recording) return turn.toast('button.outdated');
    await write(turn, recording, kind, language);
  });
  onText(composer, namingTemplate, (turn, text, { recordingId }) => {
    const name = text.trim().replace(/\s+/gu, ' ');
    if (name.length < TEMPLATE_NAME.min || name.length > TEMPLATE_NAME.max)
      return turn.send({ text: turn.t('templates.name.bad', TEMPLATE_NAME) });
    turn.state = describingTemplate.at({ recordingId, templateName: name });
    turn.send({ text: turn.t('templates.text', TEMPLATE_TEXT) });
  });
  onText(composer, describingTemplate, async (turn, text, { recordingId, templateName: name }) => {
    const instruction = text.trim();
    if (instruction.length < TEMPLATE_TEXT.min || instruction.length > TEMPLATE_TEXT.max)
      return turn.send({ text: turn.t('templates.text.bad', TEMPLATE_TEXT) });
    turn.state = IDLE;
    const recording = await findRecording(turn.unit.tx, turn.user.id, recordingId);
    if (!recording) return turn.toast('button.outdated');
    const added = await addTemplate(turn.unit, turn.user.id, { name, instruction });
    const said = added ? turn.t('templates.saved', { name }) : turn.t('templates.full');
    turn.send(templatesScreen(turn, recording, await templatesOf(turn.unit.tx, turn.user.id), said));
  });
  return composer;
}
