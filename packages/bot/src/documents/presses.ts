import {
  chooseSetting,
  deleteTemplate,
  type Document,
  documentKinds,
  type DocumentKind,
  findRecording,
  forgetReminders,
  nameIn,
  orderDocument,
  type Recording,
  remindOf,
  rulesOfGroup,
  settingsIn,
  TEMPLATE_NAME,
  templatesOf,
  toggleTask,
} from '@aisha/core';
import type { Answers } from '../buttons.ts';
import type { Turn } from '../chat/turn.ts';
import { giveFile, recordingOf } from '../exports/presses.ts';
import { documentFormatButtons } from '../exports/screens.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { namingLanguage, namingTemplate } from './dialogue.ts';
import { changedDocument, documentMessages } from './results.ts';
import {
  capital,
  deleteTemplatesScreen,
  documentButtons,
  documentLanguageScreen,
  isDated,
  kindButtons,
  languagesScreen,
  momentButtons,
  taskButtons,
  templatesScreen,
  transcriptButtons,
} from './screens.ts';

/** The language in which somebody has documents written. */
const chosenLanguage = ({ user, language }: Turn): string => settingsIn(user).documentLanguage ?? language;

const kindsBelow = (turn: Turn, recording: Recording, above: 'below' | 'card') =>
  kindButtons(turn, recording, {
    above,
    language: capital(nameIn(turn.language, chosenLanguage(turn))),
  });

/** Orders a document, and shows how far it is; one that is there already is sent. */
export async function write(
  turn: Turn,
  recording: Recording,
  kind: DocumentKind | `own:${string}`,
  language: string,
  shown?: number,
): Promise<void> {
  if (!turn.isPrivate && (await rulesOfGroup(turn.unit.tx, turn.chatId))?.documents === false)
    return turn.toast('group.documents.none');
  const screen = { ...turn.place, ...(shown === undefined ? {} : { shown }) };
  const ordered = await orderDocument(turn.unit, recording, kind, language, screen);
  if (ordered.kind === 'written') {
    turn.owed.push(...documentMessages(turn, turn, ordered.document, recording));
    return;
  }
  if (ordered.kind === 'refused') return turn.send(refusalScreen(turn, ordered));
  if (ordered.kind === 'under-way' && ordered.order.state !== 'quoted')
    return turn.toast('document.under_way');
  turn.send(statusScreen(turn, ordered.order), { bind: { to: 'order', id: ordered.order.id } });
}

export const documentAnswers = {
  documents: (turn, recording, where) => turn.showButtons(kindsBelow(turn, recording, where)),
  'recording.buttons': (turn, recording) => turn.showButtons(transcriptButtons(turn, recording)),
  document: async (turn, recording, kind, shown) => {
    if (kind === 'own')
      return turn.send(templatesScreen(turn, recording, await templatesOf(turn.unit.tx, turn.user.id)));
    if (kind === 'translation' || kind === 'bilingual')
      return turn.send(languagesScreen(turn, recording, kind));
    const own = documentKinds[kind].writtenIn === 'own' ? recording.language : null;
    return write(turn, recording, kind, own ?? chosenLanguage(turn), shown);
  },
  'doc.in': (turn, recording, kind, language, shown) => {
    if (language !== 'other') return write(turn, recording, kind, language, shown);
    turn.state = namingLanguage.at({ recordingId: recording.id, kind });
    turn.send({ text: turn.t('document.into.write') });
  },
  'doc.language': (turn, recording) => turn.send(documentLanguageScreen(turn, recording)),
  'doc.language.set': async (turn, recording, language) => {
    const chosen = language === 'mine' ? null : language;
    await chooseSetting(turn.unit, turn.user.id, 'documentLanguage', chosen);
    turn.show({
      text: turn.t('document.language', {
        language: capital(nameIn(turn.language, chosen ?? turn.language)),
      }),
      buttons: kindButtons(turn, recording, {
        above: 'below',
        language: capital(nameIn(turn.language, chosen ?? turn.language)),
      }),
    });
  },
  template: (turn, recording, template, shown) =>
    write(turn, recording, `own:${template.id}`, chosenLanguage(turn), shown),
  'template.new': (turn, recording) => {
    turn.state = namingTemplate.at({ recordingId: recording.id });
    turn.send({ text: turn.t('templates.name', TEMPLATE_NAME) });
  },
  'template.manage': async (turn, recording) =>
    turn.show(deleteTemplatesScreen(turn, recording, await templatesOf(turn.unit.tx, turn.user.id))),
  'template.delete': async (turn, recording, template) => {
    await deleteTemplate(turn.unit, turn.user.id, template.id);
    turn.show(templatesScreen(turn, recording, await templatesOf(turn.unit.tx, turn.user.id)));
  },
  'document.tasks': (turn, document) => turn.showButtons(taskButtons(turn, document)),
  'document.task': async (turn, document, task) => {
    const changed = await toggleTask(turn.unit, document, task);
    const screen = changedDocument(turn, changed);
    if (screen === null) return turn.showButtons(taskButtons(turn, changed));
    turn.show({ text: screen, buttons: taskButtons(turn, changed) });
  },
  'document.remind': async (turn, document) => {
    const first = await remindOf(turn.unit, document, turn.place);
    if (first === null) return turn.toast('reminder.none');
    turn.toast('reminder.on', { date: turn.date(first) });
    await showAgain(turn, { ...document, remindAt: first });
  },
  'document.unremind': async (turn, document) => {
    await forgetReminders(turn.unit, document);
    turn.toast('reminder.off');
    await showAgain(turn, { ...document, remindAt: null });
  },
  'document.moments': (turn, document) => turn.showButtons(momentButtons(turn, document)),
  moment: (turn, recording, line) => giveFile(turn, recording, { format: 'sound', line }),
  'document.download': (turn, document) =>
    turn.showButtons(documentFormatButtons(turn, document, isDated(document))),
  'document.as': (turn, document, format) => giveFile(turn, recordingOf(document), { format, document }),
  'document.buttons': showAgain,
} satisfies Partial<Answers>;

/** What can be done with a document, below it. */
async function showAgain(turn: Turn, document: Document): Promise<void> {
  const recording = await findRecording(turn.unit.tx, turn.user.id, document.recordingId);
  if (!recording) return turn.toast('button.outdated');
  turn.showButtons(documentButtons(turn, document, recording));
}
