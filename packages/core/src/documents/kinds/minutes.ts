import { z } from 'zod';
import { defineKind, unplaced } from './kind.ts';
import { openTask, task } from './todo.ts';

export const meeting = z.object({
  title: z.string().describe('Subject of the meeting, up to eight words'),
  date: z.string().nullable().describe('Date of the meeting, only if the text says so'),
  participants: z.array(z.string()).describe('Names and roles that the text mentions as taking part'),
  topics: z.array(z.object({ topic: z.string(), discussion: z.string() })),
  decisions: z.array(z.string()),
  tasks: z.array(task),
});

/** What minutes and protocol have in common, below their heads. */
export const meetingBlocks = ({ participants, topics, decisions, tasks }: z.infer<typeof meeting>) =>
  [
    { block: 'list', label: 'document.participants', items: participants.map(unplaced), sayAbsent: true },
    {
      block: 'topics',
      label: 'document.topics',
      items: topics.map(({ topic, discussion }) => ({ topic, ...unplaced(discussion) })),
    },
    { block: 'list', label: 'document.decisions', items: decisions.map(unplaced) },
    { block: 'tasks', label: 'document.tasks', items: tasks.map(openTask) },
  ] as const;

export const minutes = defineKind({
  schema: meeting,
  instruction: 'Write the minutes of this meeting: participants, topics, decisions and tasks.',
  merge: 'by-model',
  blocks: (content) => [
    { block: 'title', label: 'document.kind.minutes', text: content.title },
    { block: 'field', label: 'document.date', value: content.date },
    ...meetingBlocks(content),
  ],
});
