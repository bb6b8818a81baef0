import type { Hearing } from '@aisha/export';
import { z } from 'zod';
import { defineKind, type Marks, placed } from './kind.ts';
import { meeting } from './minutes.ts';
import { shownTasks } from './todo.ts';

const form = meeting.extend({
  number: z.string().nullable().describe('Number of the protocol, only if the text says so'),
  place: z.string().nullable().describe('Place, only if the text says so'),
  chair: z.string().nullable().describe('Who presides, only if the text says so'),
  secretary: z.string().nullable().describe('Who keeps the protocol, only if the text says so'),
});

/** The Russian business form: requisites, agenda, heard and decided point by point, assignments, signatures. */
export const protocol = defineKind({
  schema: form,
  instruction:
    'Write the formal protocol of this meeting: who presided, who took part, what was discussed and decided.',
  merge: 'by-model',
  blocks: (content, marks) => [
    {
      block: 'letterhead',
      name: 'document.kind.protocol',
      number: content.number,
      date: content.date,
      place: content.place,
      subject: content.title,
    },
    { block: 'field', label: 'document.chair', value: content.chair },
    { block: 'field', label: 'document.secretary', value: content.secretary },
    {
      block: 'field',
      label: 'protocol.present',
      value: content.participants.length === 0 ? null : content.participants.join(', '),
    },
    {
      block: 'hearings',
      agenda: 'protocol.agenda',
      heard: 'protocol.heard',
      spoke: 'protocol.spoke',
      decided: 'protocol.decided',
      items: hearingsOf(content, marks),
    },
    {
      block: 'list',
      label: 'protocol.decided',
      items: unheard(content).map(placed(marks)),
    },
    { block: 'tasks', label: 'protocol.assignments', items: shownTasks(content.tasks, marks) },
    {
      block: 'signatures',
      items: [
        { label: 'document.chair', name: content.chair },
        { label: 'document.secretary', name: content.secretary },
      ],
    },
  ],
});

type Form = z.infer<typeof form>;

/** The topic during which something was said: the last that began before. -1 where that is not known. */
function topicOf({ topics }: Form, moment: number | null): number {
  if (topics.length === 1) return 0;
  return moment === null ? -1 : topics.findLastIndex((one) => one.moment !== null && one.moment <= moment);
}

const hearingsOf = (content: Form, marks: Marks): Hearing[] =>
  content.topics.map(({ topic, discussion, moment }, n) => ({
    topic,
    heard: [{ text: discussion, at: marks.at(moment) }],
    spoke: [],
    decided: content.decisions.filter((one) => topicOf(content, one.moment) === n).map(placed(marks)),
  }));

/** Decisions of which nobody knows the topic. */
const unheard = (content: Form) => content.decisions.filter((one) => topicOf(content, one.moment) === -1);
