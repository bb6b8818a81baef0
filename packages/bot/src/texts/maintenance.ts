import type { Translation } from './translation.ts';

export const ru = {
  'maintenance.text':
    '🚧 Сейчас идут технические работы, поэтому новое я пока не начинаю. Всё, что уже в работе, продолжается и дойдёт до вас. Как закончим — сразу напишу.',
  'admin.maintenance': '🚧 Работы',
  'admin.maintenance.off':
    '🚧 <b>Технические работы не идут.</b>\nКогда они начнутся, новые заказы подождут, а людям, которые захотят что-то начать, я скажу:',
  'admin.maintenance.on':
    '🚧 <b>Идут технические работы</b> с {{since}}, начал(а) {{by}}.\nУзнали о них: {{told}}. Каждому из них один раз напишу, что всё снова работает.\nЛюди читают:',
  'admin.maintenance.preview': 'Люди прочитают:',
  'admin.maintenance.begin': '🚧 Начать работы',
  'admin.maintenance.note': '✍️ Добавить свои слова',
  'admin.maintenance.ask': '✍️ Напишите, что добавить: например, до какого времени.',
  'admin.maintenance.end': '✅ Закончить работы',
  'admin.maintenance.already': 'Работы уже идут',
  'admin.maintenance.ended': 'Работы закончены. Напишу тем, кто о них узнал: {{told}}',
} as const;

export const kk: Translation<typeof ru> = {
  'maintenance.text':
    '🚧 Қазір техникалық жұмыстар жүріп жатыр, сондықтан жаңасын әзірге бастамаймын. Басталғанның бәрі жалғасады және сізге жетеді. Аяқталған бойда жазамын.',
  'admin.maintenance': '🚧 Жұмыстар',
  'admin.maintenance.off':
    '🚧 <b>Техникалық жұмыс жүріп жатқан жоқ.</b>\nБасталса, жаңа тапсырыстар күте тұрады, ал бірдеңе бастағысы келген адамдарға былай деймін:',
  'admin.maintenance.on':
    '🚧 <b>Техникалық жұмыс жүріп жатыр</b>: {{since}} бері, бастаған {{by}}.\nБұл туралы білгендер: {{told}}. Олардың әрқайсысына бәрі қайта істеп тұрғанын бір рет жазамын.\nАдамдар оқитыны:',
  'admin.maintenance.preview': 'Адамдар мынаны оқиды:',
  'admin.maintenance.begin': '🚧 Жұмысты бастау',
  'admin.maintenance.note': '✍️ Өз сөзіңізді қосу',
  'admin.maintenance.ask': '✍️ Не қосылатынын жазыңыз: мысалы, қай уақытқа дейін.',
  'admin.maintenance.end': '✅ Жұмысты аяқтау',
  'admin.maintenance.already': 'Жұмыс онсыз да жүріп жатыр',
  'admin.maintenance.ended': 'Жұмыс аяқталды. Бұл туралы білгендерге жазамын: {{told}}',
};

export const en: Translation<typeof ru> = {
  'maintenance.text':
    '🚧 We are working on the service, so I begin nothing new for now. Everything that is under way goes on and will reach you. I will write as soon as we are done.',
  'admin.maintenance': '🚧 Maintenance',
  'admin.maintenance.off':
    '🚧 <b>No maintenance is on.</b>\nWhen it begins, new orders wait, and I tell people who want to begin something:',
  'admin.maintenance.on':
    '🚧 <b>Maintenance is on</b> since {{since}}, begun by {{by}}.\nTold of it: {{told}}. Each of them hears once that we are back.\nPeople read:',
  'admin.maintenance.preview': 'People will read:',
  'admin.maintenance.begin': '🚧 Begin maintenance',
  'admin.maintenance.note': '✍️ Add words of your own',
  'admin.maintenance.ask': '✍️ Write what to add: until when, for example.',
  'admin.maintenance.end': '✅ End maintenance',
  'admin.maintenance.already': 'Maintenance is on already',
  'admin.maintenance.ended': 'Maintenance is over. I tell those who knew of it: {{told}}',
};
