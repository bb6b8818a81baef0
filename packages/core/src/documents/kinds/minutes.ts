import { z } from 'zod';
import { defineKind, type Marks, placed, unplaced } from './kind.ts';
import { moment, point } from './point.ts';
import { shownTasks, task } from './todo.ts';

const topic = z.object({ topic: z.string(), discussion: z.string(), moment });

export const meeting = z.object({
  title: z.string().describe('Subject of the meeting, up to eight words'),
  date: z.string().nullable().describe('Date of the meeting, only if the text says so'),
  participants: z.array(z.string()).describe('Names and roles that the text mentions as taking part'),
  topics: z.array(topic),
  decisions: z.array(point('What was decided or agreed, one sentence')),
  tasks: z.array(task),
});

export const minutes = defineKind({
  schema: meeting,
  instruction: 'Write the minutes of this meeting: participants, topics, decisions and tasks.',
  merge: 'by-model',
  blocks: (content, marks: Marks) => [
    { block: 'title', label: 'document.kind.minutes', text: content.title },
    { block: 'field', label: 'document.date', value: content.date },
    {
      block: 'list',
      label: 'document.participants',
      items: content.participants.map(unplaced),
      sayAbsent: true,
    },
    {
      block: 'topics',
      label: 'document.topics',
      items: content.topics.map((one) => ({
        topic: one.topic,
        text: one.discussion,
        at: marks.at(one.moment),
      })),
    },
    { block: 'list', label: 'document.decisions', items: content.decisions.map(placed(marks)) },
    { block: 'tasks', label: 'document.tasks', items: shownTasks(content.tasks, marks) },
  ],
});
