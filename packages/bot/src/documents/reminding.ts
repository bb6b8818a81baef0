import { dayIn, type Document, tasksDueOn } from '@aisha/core';
import { clock } from '@aisha/export';
import { escapeHtml } from '@aisha/providers';
import { button } from '../buttons.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';

/** What is to be done on that day (YYYY-MM-DD), by a document; null: all of it was done meanwhile. */
export function reminderScreen(voice: Voice, document: Document, day: string): Screen | null {
  const tasks = tasksDueOn(document, day);
  if (tasks.length === 0) return null;
  const isToday = dayIn(voice.timeZone, new Date()) === day;
  const date = voice.day(day);
  const lines = tasks.map(({ task, owner, at }) => {
    const moment = at === null || at.startMs === null ? '' : ` <i>[${clock(at.startMs)}]</i>`;
    return `☐ ${escapeHtml(owner === null ? task : `${task.replace(/\.$/, '')} — ${owner}`)}${moment}`;
  });
  return {
    text: [voice.t(isToday ? 'reminder.today' : 'reminder.late', { date }), lines.join('\n')].join('\n\n'),
    buttons: [
      [button(voice.label('reminder.document'), 'document.show', document.id)],
      [button(voice.label('reminder.stop'), 'document.unremind', document.id)],
    ],
  };
}
