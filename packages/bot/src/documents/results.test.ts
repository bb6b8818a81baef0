import { type Language, LANGUAGES } from '@aisha/db';
import { describe, expect, test } from 'vitest';
import { createTexts } from '../texts/index.ts';
import { documentMessages, type WrittenDocument } from './results.ts';

const texts = createTexts();
const ids = {
  id: '6f8a1f5e-0b5c-4a3e-9d57-2d3c4b5a6978',
  recordingId: '6f8a1f5e-0b5c-4a3e-9d57-2d3c4b5a6979',
  moments: null,
  done: null,
};

function shown(document: Pick<WrittenDocument, 'kind' | 'content'>, language: Language = 'ru') {
  const voice: Parameters<typeof documentMessages>[0] = {
    t: (key, params) => texts.html(language, key, params),
    label: (key, params) => texts.plain(language, key, params),
    price: () => 0,
    priced: (label) => label,
  };
  return documentMessages(voice, { chatId: 7 }, { ...ids, ...document }, { id: ids.recordingId, text: 'x' })
    .map(({ payload }) => payload['text'])
    .join('\n---\n');
}

const tasks = [
  { task: 'Отправить <отчёт>.', owner: 'Анна & Ко', due: 'до пятницы' },
  { task: 'Купить краску', owner: null, due: null },
  { task: 'Позвонить', owner: null, due: 'завтра' },
  { task: 'Проверить смету.', owner: 'Пётр', due: null },
];
const meeting = {
  title: 'Договор <с поставщиком>',
  date: '26 ноября',
  participants: ['Анна & Ко', 'Пётр (юрист)'],
  topics: [
    { topic: 'Цена', discussion: 'Долго & подробно.' },
    { topic: 'Срок', discussion: 'Кратко.' },
  ],
  decisions: ['Подписать <сразу>', 'Ждать ответа'],
  tasks,
};
const silentMeeting = {
  title: 'О погоде',
  date: null,
  participants: [],
  topics: [],
  decisions: [],
  tasks: [],
};
const roles = { number: '12/3', place: 'Алматы', chair: 'Иванов', secretary: 'Ким' };
const noRoles = { number: null, place: null, chair: null, secretary: null };

/** Whole and lacking everything, of each kind. */
const examples: [string, WrittenDocument['kind'], NonNullable<WrittenDocument['content']>][] = [
  [
    'a summary',
    'summary',
    {
      title: 'Итоги <дня>',
      paragraphs: ['Первый & главный.', 'Второй.'],
      points: ['Цена — 5 < 6', 'Срок'],
    },
  ],
  ['a summary without points', 'summary', { title: 'Итоги', paragraphs: ['Один.'], points: [] }],
  ['a to-do list', 'todo', { tasks }],
  ['a to-do list without tasks', 'todo', { tasks: [] }],
  ['minutes', 'minutes', meeting],
  ['minutes of nothing', 'minutes', silentMeeting],
  ['a protocol', 'protocol', { ...meeting, ...roles }],
  ['a protocol of nothing', 'protocol', { ...silentMeeting, ...noRoles }],
  ['decisions', 'decisions', { title: 'Договор <с поставщиком>', decisions: meeting.decisions }],
  ['no decisions', 'decisions', { title: 'О погоде', decisions: [] }],
];

describe('in the chat', () => {
  test.each(examples)('%s looks as it always did', (_name, kind, content) => {
    for (const language of LANGUAGES) expect(shown({ kind, content }, language)).toMatchSnapshot(language);
  });

  test('what was kept in a form that nobody reads any more is told to be outdated', () => {
    expect(shown({ kind: 'summary', content: { heading: 'x' } })).toBe(texts.html('ru', 'button.outdated'));
  });
});
