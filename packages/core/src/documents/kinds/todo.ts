import type { Task } from '@aisha/export';
import { z } from 'zod';
import { defineKind } from './kind.ts';

export const task = z.object({
  task: z.string().describe('What is to be done'),
  owner: z.string().nullable().describe('Who does it, only if the text says so'),
  due: z.string().nullable().describe('By when, in the words of the text, only if it says so'),
});

export const openTask = (one: z.infer<typeof task>): Task => ({
  ...one,
  dueDate: null,
  done: false,
  at: null,
});

export const todo = defineKind({
  schema: z.object({ tasks: z.array(task) }),
  instruction: 'List every task, promise and request: what is to be done, by whom and by when.',
  merge: 'by-model',
  blocks: ({ tasks }) => [
    { block: 'title', label: 'document.kind.todo', text: null },
    tasks.length === 0
      ? { block: 'note', label: 'document.no_tasks' }
      : { block: 'tasks', items: tasks.map(openTask) },
  ],
});
