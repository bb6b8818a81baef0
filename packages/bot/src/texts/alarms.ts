import type { Translation } from './translation.ts';

export const ru = {
  'alarm.retry': '🔁 Повторить сорвавшиеся: {{n}}',
  'alarm.pause': '⏸ Приостановить {{provider}}',
  'alarm.resume': '▶️ Снова пускать к {{provider}}',
  'alarm.raise': '⬆️ Поднять предел на сегодня: +${{usd}}',
  'alarm.retrying': 'Повторяю. Сколько вышло, допишу в это сообщение',
  'alarm.did': 'Сделано, записано в журнал',
  'alarm.done.retried': '✅ {{by}}: повторено заказов {{n}}, не вышло {{left}}',
  'alarm.done.paused': '⏸ {{by}}: провайдер приостановлен',
  'alarm.done.resumed': '▶️ {{by}}: провайдер снова в работе',
  'alarm.done.raised': '⬆️ {{by}}: предел на сегодня поднят на ${{usd}}',
} as const;

export const kk: Translation<typeof ru> = {
  'alarm.retry': '🔁 Орындалмағандарын қайталау: {{n}}',
  'alarm.pause': '⏸ Кідірту: {{provider}}',
  'alarm.resume': '▶️ Қайта қосу: {{provider}}',
  'alarm.raise': '⬆️ Бүгінгі шекті көтеру: +${{usd}}',
  'alarm.retrying': 'Қайталап жатырмын. Нәтижесін осы хабарға жазамын',
  'alarm.did': 'Жасалды, журналға жазылды',
  'alarm.done.retried': '✅ {{by}}: {{n}} тапсырыс қайталанды, {{left}} болмады',
  'alarm.done.paused': '⏸ {{by}}: провайдер кідіртілді',
  'alarm.done.resumed': '▶️ {{by}}: провайдер қайта қосылды',
  'alarm.done.raised': '⬆️ {{by}}: бүгінгі шек ${{usd}} көтерілді',
};

export const en: Translation<typeof ru> = {
  'alarm.retry': '🔁 Try the failed ones again: {{n}}',
  'alarm.pause': '⏸ Pause {{provider}}',
  'alarm.resume': '▶️ Resume {{provider}}',
  'alarm.raise': '⬆️ Raise today’s cap: +${{usd}}',
  'alarm.retrying': 'Trying again. How many it were will be said in this message',
  'alarm.did': 'Done, and noted in the journal',
  'alarm.done.retried': '✅ {{by}}: {{n}} orders tried again, {{left}} could not be',
  'alarm.done.paused': '⏸ {{by}}: the provider is paused',
  'alarm.done.resumed': '▶️ {{by}}: the provider is back in use',
  'alarm.done.raised': '⬆️ {{by}}: today’s cap is raised by ${{usd}}',
};
