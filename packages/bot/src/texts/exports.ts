import type { Translation } from './translation.ts';

export const ru = {
  'order.export': 'Файл',
  'export.menu': '📥 Скачать…',
  'export.making': 'Готовлю файл, пришлю через несколько секунд.',
  'export.under_way': 'Этот файл уже готовится.',
  'export.srt': 'Субтитры · SRT',
  'export.ics': '📅 Календарь · ICS',
  'documents.menu': '📝 Ещё документы…',
  speaker: 'Голос {{number}}',
  'moment.no_sound': 'Самого звука уже нет: остались только слова.',
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
  speaker: '{{number}}-дауыс',
  'moment.no_sound': 'Дыбыстың өзі сақталмаған: тек сөздері қалды.',
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
  speaker: 'Voice {{number}}',
  'moment.no_sound': 'The sound itself is not there any more: only the words are.',
  'paper.transcript': 'Transcript',
  'paper.task': 'Task',
  'paper.owner': 'Who',
  'paper.due': 'Due',
  'paper.moment': 'Moment of the recording',
} as const satisfies Translation<typeof ru>;
