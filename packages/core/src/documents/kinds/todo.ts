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

/** Tasks as they are shown; they are counted from `from` where a document has several lists. */
export const shownTasks = (tasks: readonly z.infer<typeof task>[], { at, done }: Marks): Task[] =>
  tasks.map((one, n) => ({
    task: one.task,
    owner: one.owner,
    due: one.due,
    dueDate: one.due_date,
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
