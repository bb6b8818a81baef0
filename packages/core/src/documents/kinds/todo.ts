import type { Task } from '@aisha/export';
import { z } from 'zod';
import { defineKind, type Marks } from './kind.ts';
import { moment } from './point.ts';

const day = z
  .preprocess(
    (given) => (typeof given === 'string' && /^\d{4}-\d\d-\d\d$/.test(given) ? given : null),
    z.string().nullable(),
  )
  .describe('The same as a day, YYYY-MM-DD, only if text and date of the recording make it sure');

export const task = z.object({
  task: z.string().describe('What is to be done'),
  owner: z.string().nullable().describe('Who does it, only if the text says so'),
  due: z.string().nullable().describe('By when, in the words of the text, only if it says so'),
  due_date: day,
  moment,
});

/** A day that the words name in full, as YYYY-MM-DD: models leave out what they could have copied. Null: none, or no such day. */
export function dayNamed(words: string | null): string | null {
  const [, y, m, d] = /(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)/.exec(words ?? '') ?? [];
  const [, dom, month, year] = /(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)/.exec(words ?? '') ?? [];
  const named =
    y === undefined
      ? dom === undefined
        ? null
        : `${year}-${month?.padStart(2, '0')}-${dom.padStart(2, '0')}`
      : `${y}-${m}-${d}`;
  const date = new Date(`${named}T00:00:00Z`);
  return named !== null && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(named)
    ? named
    : null;
}

/** Tasks as they are shown; they are counted from `from` where a document has several lists. */
export const shownTasks = (tasks: readonly z.infer<typeof task>[], { at, done }: Marks): Task[] =>
  tasks.map((one, n) => ({
    task: one.task,
    owner: one.owner,
    due: one.due,
    dueDate: one.due_date ?? dayNamed(one.due),
    done: done(n),
    at: at(one.moment),
  }));

export const todo = defineKind({
  schema: z.object({ tasks: z.array(task) }),
  instruction: 'List every task, promise and request: what is to be done, by whom and by when.',
  merge: 'by-model',
  blocks: ({ tasks }, marks) => [
    { block: 'title', label: 'document.kind.todo', text: null },
    tasks.length === 0
      ? { block: 'note', label: 'document.no_tasks' }
      : { block: 'tasks', items: shownTasks(tasks, marks) },
  ],
});
