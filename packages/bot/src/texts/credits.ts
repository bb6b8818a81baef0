import type { Translation } from './translation.ts';

export const ru = {
  'balance.title_one': '💰 На счету <b>{{count}}</b> кредит.',
  'balance.title_few': '💰 На счету <b>{{count}}</b> кредита.',
  'balance.title_many': '💰 На счету <b>{{count}}</b> кредитов.',
  'balance.title_other': '💰 На счету <b>{{count}}</b> кредита.',
  'balance.free': 'Сейчас всё бесплатно: кредиты не тратятся и не сгорают.',
  'balance.entry': '{{date}}  <b>{{amount}}</b> → {{balance}}  {{reason}}',
  'balance.promo': '🎟 Промокод',
  'ledger.legacy_balance': 'перенос из прежней Aisha',
  'ledger.promo_code': 'промокод',
  'promo.ask': '🎟 Пришлите промокод одним сообщением.',
  'promo.accepted_one': '🎉 Промокод принят: +{{count}} кредит.',
  'promo.accepted_few': '🎉 Промокод принят: +{{count}} кредита.',
  'promo.accepted_many': '🎉 Промокод принят: +{{count}} кредитов.',
  'promo.accepted_other': '🎉 Промокод принят: +{{count}} кредита.',
  'promo.unknown': 'Такого промокода нет. Проверьте буквы и пришлите ещё раз.',
  'promo.not_yet': 'Этот промокод ещё не действует. Попробуйте позже или пришлите другой.',
  'promo.over': 'Срок этого промокода истёк. Если есть другой, пришлите его.',
  'promo.used_up': 'Этот промокод уже разобрали. Если есть другой, пришлите его.',
  'promo.used': 'Вы уже использовали этот промокод. Если есть другой, пришлите его.',
  'promo.top_up':
    'Этот промокод действует при пополнении счёта, а пополнять пока не нужно. Он не потрачен — сохраните его.',
  'payments.none': 'Оплата сейчас не принимается.',
} as const;

export const kk = {
  'balance.title_one': '💰 Шотыңызда <b>{{count}}</b> кредит бар.',
  'balance.title_other': '💰 Шотыңызда <b>{{count}}</b> кредит бар.',
  'balance.free': 'Қазір бәрі тегін: кредиттер жұмсалмайды және күйіп кетпейді.',
  'balance.entry': '{{date}}  <b>{{amount}}</b> → {{balance}}  {{reason}}',
  'balance.promo': '🎟 Промокод',
  'ledger.legacy_balance': 'бұрынғы Aisha-дан көшірілді',
  'ledger.promo_code': 'промокодпен',
  'promo.ask': '🎟 Промокодты бір хабарламамен жіберіңіз.',
  'promo.accepted_one': '🎉 Промокод қабылданды: +{{count}} кредит.',
  'promo.accepted_other': '🎉 Промокод қабылданды: +{{count}} кредит.',
  'promo.unknown': 'Мұндай промокод жоқ. Әріптерін тексеріп, қайта жіберіңіз.',
  'promo.not_yet': 'Бұл промокодтың мерзімі әлі басталған жоқ. Кейінірек көріңіз немесе басқасын жіберіңіз.',
  'promo.over': 'Бұл промокодтың мерзімі өтіп кетті. Басқасы болса, жіберіңіз.',
  'promo.used_up': 'Бұл промокод таусылып қалды. Басқасы болса, жіберіңіз.',
  'promo.used': 'Бұл промокодты пайдаланып қойғансыз. Басқасы болса, жіберіңіз.',
  'promo.top_up':
    'Бұл промокод шотты толтырғанда жарайды, ал әзірге толтырудың қажеті жоқ. Ол жұмсалған жоқ — сақтап қойыңыз.',
  'payments.none': 'Қазір төлем қабылданбайды.',
} as const satisfies Translation<typeof ru>;

export const en = {
  'balance.title_one': '💰 You have <b>{{count}}</b> credit.',
  'balance.title_other': '💰 You have <b>{{count}}</b> credits.',
  'balance.free': 'Everything is free at the moment: credits are not spent and do not expire.',
  'balance.entry': '{{date}}  <b>{{amount}}</b> → {{balance}}  {{reason}}',
  'balance.promo': '🎟 Promo code',
  'ledger.legacy_balance': 'brought over from the earlier Aisha',
  'ledger.promo_code': 'promo code',
  'promo.ask': '🎟 Send the promo code in one message.',
  'promo.accepted_one': '🎉 Promo code accepted: +{{count}} credit.',
  'promo.accepted_other': '🎉 Promo code accepted: +{{count}} credits.',
  'promo.unknown': 'There is no such promo code. Check the letters and send it again.',
  'promo.not_yet': 'This promo code is not valid yet. Try later or send another one.',
  'promo.over': 'This promo code has expired. If you have another one, send it.',
  'promo.used_up': 'This promo code has been used up. If you have another one, send it.',
  'promo.used': 'You have already used this promo code. If you have another one, send it.',
  'promo.top_up':
    'This promo code counts when you top up, and there is no need to yet. It has not been used — keep it.',
  'payments.none': 'Payments are not accepted at the moment.',
} as const satisfies Translation<typeof ru>;
