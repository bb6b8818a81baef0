import type { DateArray, EventAttributes } from 'ics';
import type { Task } from './blocks.ts';
import { momentText, printable } from './flow.ts';
import type { Paper } from './paper.ts';

const tasksOf = ({ blocks }: Pick<Paper, 'blocks'>): readonly Task[] =>
  blocks.flatMap((block) => (block.block === 'tasks' ? block.items : []));

/** Whether there is anything to be put into a calendar: a task that is not done and has a day. */
export const hasDays = (paper: Pick<Paper, 'blocks'>): boolean =>
  tasksOf(paper).some(({ dueDate, done }) => dueDate !== null && !done);

/**
 * The tasks that have a day, as events of whole days with an alarm in the morning: every calendar takes events, and few
 * of those on phones take tasks. `uid` makes a repeated import change them instead of doubling them.
 */
export async function toCalendar(paper: Paper, uid: string): Promise<string> {
  const events = tasksOf(paper).flatMap((task, n): EventAttributes[] => {
    const day = task.done || task.dueDate === null ? null : dayOf(task.dueDate);
    if (!day) return [];
    const moment = momentText(task.at);
    const about = [
      task.owner === null ? '' : `${paper.words.owner}: ${printable(task.owner)}`,
      printable(paper.title),
      moment === '' ? '' : `${paper.words.moment}: ${moment}`,
    ];
    return [
      {
        uid: `${uid}-${n}@aisha`,
        productId: 'aisha',
        calName: printable(paper.title),
        title: printable(task.task),
        description: about.filter(Boolean).join('\n'),
        start: day,
        startInputType: 'local',
        end: dayAfter(day),
        busyStatus: 'FREE',
        alarms: [
          { action: 'display', description: printable(task.task), trigger: { hours: 9, before: false } },
        ],
      },
    ];
  });
  const { createEvents } = await import('ics');
  const { error, value } = createEvents(events);
  if (error || !value) throw new Error('the calendar was not made', { cause: error });
  return value;
}

type Day = [number, number, number];

function dayOf(text: string): Day | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const date = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) return null;
  return [Number(year), Number(month), Number(day)];
}

function dayAfter([year, month, day]: Day): DateArray {
  const next = new Date(Date.UTC(year, month - 1, day + 1));
  return [next.getUTCFullYear(), next.getUTCMonth() + 1, next.getUTCDate()];
}
