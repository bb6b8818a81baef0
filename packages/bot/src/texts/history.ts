import type { Translation } from './translation.ts';

export const ru = {
  search: '🔎 Поиск',
  'search.again': '🔎 Искать ещё',
  'search.ask':
    '🔎 <b>Поиск</b>\n\nНапишите слова или имя — найду, где это сказано в записях и документах. Падежи и опечатки не помеха.',
  'search.ask.group': '🔎 Напишите /history и слова — найду, где это сказано в записях этой группы.',
  'search.found_one': '🔎 «{{query}}» — {{count}} место',
  'search.found_few': '🔎 «{{query}}» — {{count}} места',
  'search.found_many': '🔎 «{{query}}» — {{count}} мест',
  'search.found_other': '🔎 «{{query}}» — {{count}} места',
  'search.loosely': '<i>Точных совпадений нет — вот похожее.</i>',
  'search.nothing': '🔎 «{{query}}» — такого нет ни в записях, ни в документах.',
  'found.play': '▶ Послушать',
  'found.recording': '📄 Вся запись',
  'found.back': '◀️ К найденному',
} as const;

export const kk = {
  search: '🔎 Іздеу',
  'search.again': '🔎 Тағы іздеу',
  'search.ask':
    '🔎 <b>Іздеу</b>\n\nСөздерді немесе есімді жазыңыз — жазбалар мен құжаттардың қай жерінде айтылғанын табамын. Жалғаулар мен қате жазылған сөздер кедергі емес.',
  'search.ask.group': '🔎 /history және сөздерді жазыңыз — осы топтың жазбаларынан табамын.',
  'search.found_one': '🔎 «{{query}}» — {{count}} жер',
  'search.found_other': '🔎 «{{query}}» — {{count}} жер',
  'search.loosely': '<i>Дәл сәйкестік жоқ — ұқсасы мынау.</i>',
  'search.nothing': '🔎 «{{query}}» — жазбаларда да, құжаттарда да жоқ.',
  'found.play': '▶ Тыңдау',
  'found.recording': '📄 Толық жазба',
  'found.back': '◀️ Табылғандарға',
} as const satisfies Translation<typeof ru>;

export const en = {
  search: '🔎 Search',
  'search.again': '🔎 Search again',
  'search.ask':
    '🔎 <b>Search</b>\n\nWrite words or a name — I’ll find where it was said in recordings and documents. Word forms and misspellings are fine.',
  'search.ask.group':
    '🔎 Write /history and words — I’ll find where they were said in this group’s recordings.',
  'search.found_one': '🔎 “{{query}}” — {{count}} place',
  'search.found_other': '🔎 “{{query}}” — {{count}} places',
  'search.loosely': '<i>No exact match — here is what comes close.</i>',
  'search.nothing': '🔎 “{{query}}” — neither in recordings nor in documents.',
  'found.play': '▶ Listen',
  'found.recording': '📄 The whole recording',
  'found.back': '◀️ Back to results',
} as const satisfies Translation<typeof ru>;
