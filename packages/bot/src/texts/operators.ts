import type { Translation } from './translation.ts';

export const ru = {
  'admin.figures':
    '🛠 <b>Сейчас</b>\nЛюди: {{users}}, за сутки {{day}}, заблокировано {{blocked}}\nЗаказы за сутки: {{orders}}\nОшибки за сутки: {{failures}}\nЖдут: заказы {{queued}}, обновления {{updates}}, сообщения {{messages}}\nСегодня: расход ${{spent}}, доход {{income}}\nПровайдеры отказывают: {{refused}}\n\nКарточка человека: /admin номер или @имя',
  'admin.refresh': '🔄 Обновить',
  'admin.nobody': 'Такого человека бот не знает.',
  'admin.card':
    '👤 {{name}} (<code>{{user}}</code>), {{state}}\nЗдесь с {{since}}, был(а) {{seen}}\nКредиты: {{balance}}, отложено {{held}}\nОплатил(а): {{paid}}\nЗаказы: {{orders}}\nЗаписи: {{recordings}} ({{length}}), аватары: {{avatars}}, картинки: {{images}}',
  'admin.blocked': 'заблокирован(а)',
  'admin.not_blocked': 'не заблокирован(а)',
  'admin.block': '⛔ Заблокировать',
  'admin.unblock': '✅ Разблокировать',
} as const;

export const kk: Translation<typeof ru> = {
  'admin.figures':
    '🛠 <b>Қазір</b>\nАдамдар: {{users}}, тәулікте {{day}}, бұғатталған {{blocked}}\nТәуліктегі тапсырыстар: {{orders}}\nТәуліктегі қателер: {{failures}}\nКүтуде: тапсырыстар {{queued}}, жаңартулар {{updates}}, хабарлар {{messages}}\nБүгін: шығын ${{spent}}, кіріс {{income}}\nБас тартқан провайдерлер: {{refused}}\n\nАдамның картасы: /admin нөмір немесе @аты',
  'admin.refresh': '🔄 Жаңарту',
  'admin.nobody': 'Бот мұндай адамды білмейді.',
  'admin.card':
    '👤 {{name}} (<code>{{user}}</code>), {{state}}\nКелген күні: {{since}}, соңғы рет: {{seen}}\nКредиттер: {{balance}}, сақталғаны {{held}}\nТөлегені: {{paid}}\nТапсырыстар: {{orders}}\nЖазбалар: {{recordings}} ({{length}}), аватарлар: {{avatars}}, суреттер: {{images}}',
  'admin.blocked': 'бұғатталған',
  'admin.not_blocked': 'бұғатталмаған',
  'admin.block': '⛔ Бұғаттау',
  'admin.unblock': '✅ Бұғаттан шығару',
};

export const en: Translation<typeof ru> = {
  'admin.figures':
    '🛠 <b>Now</b>\nPeople: {{users}}, within a day {{day}}, blocked {{blocked}}\nOrders of the day: {{orders}}\nFailures of the day: {{failures}}\nWaiting: orders {{queued}}, updates {{updates}}, messages {{messages}}\nToday: spent ${{spent}}, income {{income}}\nRefused by providers: {{refused}}\n\nSomebody’s card: /admin number or @name',
  'admin.refresh': '🔄 Refresh',
  'admin.nobody': 'The bot knows nobody like that.',
  'admin.card':
    '👤 {{name}} (<code>{{user}}</code>), {{state}}\nHere since {{since}}, last seen {{seen}}\nCredits: {{balance}}, held {{held}}\nPaid: {{paid}}\nOrders: {{orders}}\nRecordings: {{recordings}} ({{length}}), avatars: {{avatars}}, images: {{images}}',
  'admin.blocked': 'blocked',
  'admin.not_blocked': 'not blocked',
  'admin.block': '⛔ Block',
  'admin.unblock': '✅ Unblock',
};
