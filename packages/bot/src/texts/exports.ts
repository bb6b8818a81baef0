import type { Translation } from './translation.ts';

export const ru = {
  'order.export': 'Файл',
  'export.menu': '📥 Скачать…',
  'export.making': 'Готовлю файл, пришлю через несколько секунд.',
  'export.under_way': 'Этот файл уже готовится.',
  'export.srt': 'Субтитры · SRT',
  'export.ics': '📅 Календарь · ICS',
  'documents.menu': '📝 Ещё документы…',
  'documents.more': '📝 Другой документ…',
  speaker: 'Голос {{number}}',
  'paper.transcript': 'Расшифровка',
  'paper.task': 'Задача',
  'paper.owner': 'Кто',
  'paper.due': 'Срок',
  'paper.moment': 'Момент записи',
} as const;

export const kk = {
  'order.export': 'Файл',
  'export.menu': '📥 Жүктеп алу…',
  'export.making': 'Файлды дайындап жатырмын, бірнеше секундта жіберемін.',
  'export.under_way': 'Бұл файл дайындалып жатыр.',
  'export.srt': 'Субтитр · SRT',
  'export.ics': '📅 Күнтізбе · ICS',
  'documents.menu': '📝 Тағы құжаттар…',
  'documents.more': '📝 Басқа құжат…',
  speaker: '{{number}}-дауыс',
  'paper.transcript': 'Жазба мәтіні',
  'paper.task': 'Тапсырма',
  'paper.owner': 'Кім',
  'paper.due': 'Мерзімі',
  'paper.moment': 'Жазбадағы сәті',
} as const satisfies Translation<typeof ru>;

export const en = {
  'order.export': 'File',
  'export.menu': '📥 Download…',
  'export.making': 'Making the file, it comes in a few seconds.',
  'export.under_way': 'This file is being made already.',
  'export.srt': 'Subtitles · SRT',
  'export.ics': '📅 Calendar · ICS',
  'documents.menu': '📝 More documents…',
  'documents.more': '📝 Another document…',
  speaker: 'Voice {{number}}',
  'paper.transcript': 'Transcript',
  'paper.task': 'Task',
  'paper.owner': 'Who',
  'paper.due': 'Due',
  'paper.moment': 'Moment of the recording',
} as const satisfies Translation<typeof ru>;
