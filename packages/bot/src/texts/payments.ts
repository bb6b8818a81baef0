import type { Translation } from './translation.ts';

export const ru = {
  'topup.title':
    '⭐ <b>Пополнение</b>\n\nВыберите пакет: счёт придёт сюда же, оплата — прямо в Telegram. Кредиты не сгорают.',
  'topup.closed': 'Пополнение сейчас закрыто. Попробуйте позже.',
  'topup.pack_one': '{{count}} кредит — {{price}}',
  'topup.pack_few': '{{count}} кредита — {{price}}',
  'topup.pack_many': '{{count}} кредитов — {{price}}',
  'topup.pack_other': '{{count}} кредита — {{price}}',
  'topup.reduced_one': '🎟 {{count}} кредит: <b>{{price}}</b> вместо {{before}}',
  'topup.reduced_few': '🎟 {{count}} кредита: <b>{{price}}</b> вместо {{before}}',
  'topup.reduced_many': '🎟 {{count}} кредитов: <b>{{price}}</b> вместо {{before}}',
  'topup.reduced_other': '🎟 {{count}} кредита: <b>{{price}}</b> вместо {{before}}',
  'invoice.title_one': '{{count}} кредит',
  'invoice.title_few': '{{count}} кредита',
  'invoice.title_many': '{{count}} кредитов',
  'invoice.title_other': '{{count}} кредита',
  'invoice.description_one':
    '{{count}} кредит на счёт в Aisha: аватары, картинки, расшифровки и документы. Кредиты не сгорают.',
  'invoice.description_few':
    '{{count}} кредита на счёт в Aisha: аватары, картинки, расшифровки и документы. Кредиты не сгорают.',
  'invoice.description_many':
    '{{count}} кредитов на счёт в Aisha: аватары, картинки, расшифровки и документы. Кредиты не сгорают.',
  'invoice.description_other':
    '{{count}} кредита на счёт в Aisha: аватары, картинки, расшифровки и документы. Кредиты не сгорают.',
  'checkout.blocked': 'Оплата для вас недоступна.',
  'checkout.closed': 'Оплата сейчас не принимается. Попробуйте позже.',
  'checkout.changed': 'Это предложение устарело. Откройте /balance и выберите пакет заново.',
  'checkout.other_person': 'Этот счёт выставлен другому человеку. Откройте бота и выберите пакет себе.',
  'checkout.paid': 'Этот счёт уже оплачен.',
  'checkout.subscribed': 'Подписка у вас уже есть.',
  'payment.kept_one': '✅ Оплата {{price}} получена: +{{count}} кредит. На счету <b>{{balance}}</b>.',
  'payment.kept_few': '✅ Оплата {{price}} получена: +{{count}} кредита. На счету <b>{{balance}}</b>.',
  'payment.kept_many': '✅ Оплата {{price}} получена: +{{count}} кредитов. На счету <b>{{balance}}</b>.',
  'payment.kept_other': '✅ Оплата {{price}} получена: +{{count}} кредита. На счету <b>{{balance}}</b>.',
  'payment.no_invoice':
    'Оплата {{price}} получена, но к какому счёту она относится, непонятно. Операторы уже знают и разберутся; написать им можно через /paysupport.',
  'payment.refunded_one':
    '↩️ Платёж {{price}} возвращён. Со счёта снят {{count}} кредит, осталось <b>{{balance}}</b>.',
  'payment.refunded_few':
    '↩️ Платёж {{price}} возвращён. Со счёта снято {{count}} кредита, осталось <b>{{balance}}</b>.',
  'payment.refunded_many':
    '↩️ Платёж {{price}} возвращён. Со счёта снято {{count}} кредитов, осталось <b>{{balance}}</b>.',
  'payment.refunded_other':
    '↩️ Платёж {{price}} возвращён. Со счёта снято {{count}} кредита, осталось <b>{{balance}}</b>.',
  'payment.alarm.no_invoice':
    '⚠️ Платёж {{price}} от {{user}} не подходит ни к одному счёту: кредиты не начислены. Верните его: <code>aisha payments refund {{charge}}</code>',
  'payment.alarm.not_stated':
    '⚠️ Платёж {{price}} от {{user}} зачислен, но в выписке Telegram его нет: <code>{{charge}}</code>',
  'payment.alarm.differs':
    '⚠️ Платёж от {{user}}: в выписке Telegram другая сумма, не {{price}}: <code>{{charge}}</code>',
  'payment.alarm.refund_refused':
    '⚠️ Возврат {{price}} для {{user}} отклонён, кредиты остались у человека: <code>{{charge}}</code>',
  'payment.alarm.refund_by_hand':
    '⚠️ Возврат {{price}} для {{user}}: кредиты сняты, деньги верните в кабинете платёжной системы: <code>{{charge}}</code>',
  'invoice.monthly_one':
    '{{count}} кредит на счёт в Aisha каждые 30 дней. Отменить можно в любой момент, кредиты не сгорают.',
  'invoice.monthly_few':
    '{{count}} кредита на счёт в Aisha каждые 30 дней. Отменить можно в любой момент, кредиты не сгорают.',
  'invoice.monthly_many':
    '{{count}} кредитов на счёт в Aisha каждые 30 дней. Отменить можно в любой момент, кредиты не сгорают.',
  'invoice.monthly_other':
    '{{count}} кредита на счёт в Aisha каждые 30 дней. Отменить можно в любой момент, кредиты не сгорают.',
  'subscription.title':
    '🔁 <b>Подписка</b>\n\nКредиты приходят каждые 30 дней и не сгорают. Оплата — Telegram Stars; отменить можно в любой момент — оплаченное останется.',
  'subscription.minutes_one': '{{count}} кредит — это {{minutes}} мин. расшифровки.',
  'subscription.minutes_few': '{{count}} кредита — это {{minutes}} мин. расшифровки.',
  'subscription.minutes_many': '{{count}} кредитов — это {{minutes}} мин. расшифровки.',
  'subscription.minutes_other': '{{count}} кредита — это {{minutes}} мин. расшифровки.',
  'subscription.plan_one': '{{count}} кредит / 30 дней — {{price}}',
  'subscription.plan_few': '{{count}} кредита / 30 дней — {{price}}',
  'subscription.plan_many': '{{count}} кредитов / 30 дней — {{price}}',
  'subscription.plan_other': '{{count}} кредита / 30 дней — {{price}}',
  'subscription.offer_one': '🔁 {{count}} кредит каждые 30 дней за {{price}}. Оплата — по кнопке.',
  'subscription.offer_few': '🔁 {{count}} кредита каждые 30 дней за {{price}}. Оплата — по кнопке.',
  'subscription.offer_many': '🔁 {{count}} кредитов каждые 30 дней за {{price}}. Оплата — по кнопке.',
  'subscription.offer_other': '🔁 {{count}} кредита каждые 30 дней за {{price}}. Оплата — по кнопке.',
  'subscription.pay': 'Оформить за {{price}}',
  'subscription.cancel': 'Отменить подписку',
  'subscription.resume': 'Возобновить подписку',
  'subscription.telling': 'Передаём это Telegram, ответ придёт сюда.',
  'subscription.refused':
    'Telegram не принял изменение: подписка осталась как была. Её можно изменить и в настройках Telegram, в разделе «Мои звёзды».',
  'subscription.active_one': '🔁 Подписка: {{count}} кредит каждые 30 дней. Следующая оплата {{until}}.',
  'subscription.active_few': '🔁 Подписка: {{count}} кредита каждые 30 дней. Следующая оплата {{until}}.',
  'subscription.active_many': '🔁 Подписка: {{count}} кредитов каждые 30 дней. Следующая оплата {{until}}.',
  'subscription.active_other': '🔁 Подписка: {{count}} кредита каждые 30 дней. Следующая оплата {{until}}.',
  'subscription.cancelled_one':
    '🔁 Подписка на {{count}} кредит отменена: больше ничего не спишется. Она действует до {{until}}.',
  'subscription.cancelled_few':
    '🔁 Подписка на {{count}} кредита отменена: больше ничего не спишется. Она действует до {{until}}.',
  'subscription.cancelled_many':
    '🔁 Подписка на {{count}} кредитов отменена: больше ничего не спишется. Она действует до {{until}}.',
  'subscription.cancelled_other':
    '🔁 Подписка на {{count}} кредита отменена: больше ничего не спишется. Она действует до {{until}}.',
  'subscription.failed_one':
    '🔁 Подписку на {{count}} кредит не удалось продлить: не хватило звёзд. Она действует до {{until}}.',
  'subscription.failed_few':
    '🔁 Подписку на {{count}} кредита не удалось продлить: не хватило звёзд. Она действует до {{until}}.',
  'subscription.failed_many':
    '🔁 Подписку на {{count}} кредитов не удалось продлить: не хватило звёзд. Она действует до {{until}}.',
  'subscription.failed_other':
    '🔁 Подписку на {{count}} кредита не удалось продлить: не хватило звёзд. Она действует до {{until}}.',
} as const;

export const kk = {
  'topup.title':
    '⭐ <b>Толтыру</b>\n\nПакетті таңдаңыз: шот осында келеді, төлем Telegram ішінде жасалады. Кредиттер күйіп кетпейді.',
  'topup.closed': 'Қазір толтыру жабық. Кейінірек көріңіз.',
  'topup.pack_one': '{{count}} кредит: {{price}}',
  'topup.pack_other': '{{count}} кредит: {{price}}',
  'topup.reduced_one': '🎟 {{count}} кредит: {{before}} орнына <b>{{price}}</b>',
  'topup.reduced_other': '🎟 {{count}} кредит: {{before}} орнына <b>{{price}}</b>',
  'invoice.title_one': '{{count}} кредит',
  'invoice.title_other': '{{count}} кредит',
  'invoice.description_one':
    'Aisha шотына {{count}} кредит: аватарлар, суреттер, мәтінге айналдыру және құжаттар. Кредиттер күйіп кетпейді.',
  'invoice.description_other':
    'Aisha шотына {{count}} кредит: аватарлар, суреттер, мәтінге айналдыру және құжаттар. Кредиттер күйіп кетпейді.',
  'checkout.blocked': 'Сізге төлем жасау мүмкін емес.',
  'checkout.closed': 'Қазір төлем қабылданбайды. Кейінірек көріңіз.',
  'checkout.changed': 'Бұл ұсыныс ескірді. /balance ашып, пакетті қайта таңдаңыз.',
  'checkout.other_person': 'Бұл шот басқа адамға жазылған. Ботты ашып, өзіңізге пакет таңдаңыз.',
  'checkout.paid': 'Бұл шот төленіп қойған.',
  'checkout.subscribed': 'Сізде жазылым бар.',
  'payment.kept_one': '✅ {{price}} төлемі алынды: +{{count}} кредит. Шотыңызда <b>{{balance}}</b>.',
  'payment.kept_other': '✅ {{price}} төлемі алынды: +{{count}} кредит. Шотыңызда <b>{{balance}}</b>.',
  'payment.no_invoice':
    '{{price}} төлемі алынды, бірақ қай шотқа жататыны белгісіз. Операторлар хабардар, анықтайды; оларға /paysupport арқылы жазуға болады.',
  'payment.refunded_one':
    '↩️ {{price}} төлемі қайтарылды. Шоттан {{count}} кредит алынды, қалғаны <b>{{balance}}</b>.',
  'payment.refunded_other':
    '↩️ {{price}} төлемі қайтарылды. Шоттан {{count}} кредит алынды, қалғаны <b>{{balance}}</b>.',
  'payment.alarm.no_invoice':
    '⚠️ {{user}} жасаған {{price}} төлемі ешбір шотқа сәйкес емес: кредит берілмеді. Қайтарыңыз: <code>aisha payments refund {{charge}}</code>',
  'payment.alarm.not_stated':
    '⚠️ {{user}} жасаған {{price}} төлемі есептелді, бірақ Telegram көшірмесінде жоқ: <code>{{charge}}</code>',
  'payment.alarm.differs':
    '⚠️ {{user}} төлемі: Telegram көшірмесінде сома басқа, {{price}} емес: <code>{{charge}}</code>',
  'payment.alarm.refund_refused':
    '⚠️ {{user}} үшін {{price}} қайтару қабылданбады, кредиттер адамда қалды: <code>{{charge}}</code>',
  'payment.alarm.refund_by_hand':
    '⚠️ {{user}} үшін {{price}} қайтару: кредиттер алынды, ақшаны төлем жүйесінің кабинетінде қайтарыңыз: <code>{{charge}}</code>',
  'invoice.monthly_one':
    'Әр 30 күн сайын Aisha шотына {{count}} кредит. Кез келген уақытта тоқтатуға болады, кредиттер күйіп кетпейді.',
  'invoice.monthly_other':
    'Әр 30 күн сайын Aisha шотына {{count}} кредит. Кез келген уақытта тоқтатуға болады, кредиттер күйіп кетпейді.',
  'subscription.title':
    '🔁 <b>Жазылым</b>\n\nКредиттер әр 30 күн сайын келеді және күйіп кетпейді. Telegram Stars арқылы төленеді; кез келген уақытта тоқтатуға болады — төленгені қалады.',
  'subscription.minutes_one': '{{count}} кредит — {{minutes}} мин. мәтінге айналдыру.',
  'subscription.minutes_other': '{{count}} кредит — {{minutes}} мин. мәтінге айналдыру.',
  'subscription.plan_one': '{{count}} кредит / 30 күн: {{price}}',
  'subscription.plan_other': '{{count}} кредит / 30 күн: {{price}}',
  'subscription.offer_one': '🔁 Әр 30 күн сайын {{price}} үшін {{count}} кредит. Төлеу үшін түймені басыңыз.',
  'subscription.offer_other':
    '🔁 Әр 30 күн сайын {{price}} үшін {{count}} кредит. Төлеу үшін түймені басыңыз.',
  'subscription.pay': '{{price}} төлеп жазылу',
  'subscription.cancel': 'Жазылымды тоқтату',
  'subscription.resume': 'Жазылымды жалғастыру',
  'subscription.telling': 'Telegram-ға жеткізіп жатырмыз, жауабы осында келеді.',
  'subscription.refused':
    'Telegram өзгерісті қабылдамады: жазылым бұрынғыдай қалды. Оны Telegram баптауларында, «Менің жұлдыздарым» бөлімінде өзгертуге болады.',
  'subscription.active_one': '🔁 Жазылым: әр 30 күн сайын {{count}} кредит. Келесі төлем {{until}}.',
  'subscription.active_other': '🔁 Жазылым: әр 30 күн сайын {{count}} кредит. Келесі төлем {{until}}.',
  'subscription.cancelled_one':
    '🔁 {{count}} кредиттік жазылым тоқтатылды: енді ештеңе алынбайды. Ол {{until}} дейін жарамды.',
  'subscription.cancelled_other':
    '🔁 {{count}} кредиттік жазылым тоқтатылды: енді ештеңе алынбайды. Ол {{until}} дейін жарамды.',
  'subscription.failed_one':
    '🔁 {{count}} кредиттік жазылым ұзартылмады: жұлдыз жетпеді. Ол {{until}} дейін жарамды.',
  'subscription.failed_other':
    '🔁 {{count}} кредиттік жазылым ұзартылмады: жұлдыз жетпеді. Ол {{until}} дейін жарамды.',
} as const satisfies Translation<typeof ru>;

export const en = {
  'topup.title':
    '⭐ <b>Top up</b>\n\nChoose a pack: the invoice comes here and is paid within Telegram. Credits do not expire.',
  'topup.closed': 'Topping up is closed at the moment. Please try later.',
  'topup.pack_one': '{{count}} credit — {{price}}',
  'topup.pack_other': '{{count}} credits — {{price}}',
  'topup.reduced_one': '🎟 {{count}} credit: <b>{{price}}</b> instead of {{before}}',
  'topup.reduced_other': '🎟 {{count}} credits: <b>{{price}}</b> instead of {{before}}',
  'invoice.title_one': '{{count}} credit',
  'invoice.title_other': '{{count}} credits',
  'invoice.description_one':
    '{{count}} credit for your Aisha account: avatars, pictures, transcripts and documents. Credits do not expire.',
  'invoice.description_other':
    '{{count}} credits for your Aisha account: avatars, pictures, transcripts and documents. Credits do not expire.',
  'checkout.blocked': 'Payments are not available to you.',
  'checkout.closed': 'Payments are not accepted at the moment. Please try later.',
  'checkout.changed': 'This offer is out of date. Open /balance and choose a pack again.',
  'checkout.other_person': 'This invoice is for somebody else. Open the bot and choose a pack of your own.',
  'checkout.paid': 'This invoice is paid already.',
  'checkout.subscribed': 'You have a subscription already.',
  'payment.kept_one': '✅ {{price}} received: +{{count}} credit. You have <b>{{balance}}</b>.',
  'payment.kept_other': '✅ {{price}} received: +{{count}} credits. You have <b>{{balance}}</b>.',
  'payment.no_invoice':
    '{{price}} received, but it is unclear what for. The operators know and will look into it; write to them with /paysupport.',
  'payment.refunded_one':
    '↩️ {{price}} was refunded. {{count}} credit was taken back, <b>{{balance}}</b> left.',
  'payment.refunded_other':
    '↩️ {{price}} was refunded. {{count}} credits were taken back, <b>{{balance}}</b> left.',
  'payment.alarm.no_invoice':
    '⚠️ A payment of {{price}} by {{user}} fits no invoice: nothing was credited. Give it back: <code>aisha payments refund {{charge}}</code>',
  'payment.alarm.not_stated':
    "⚠️ A payment of {{price}} by {{user}} was credited, but Telegram's statement lacks it: <code>{{charge}}</code>",
  'payment.alarm.differs':
    "⚠️ A payment by {{user}}: Telegram's statement has another amount than {{price}}: <code>{{charge}}</code>",
  'payment.alarm.refund_refused':
    '⚠️ A refund of {{price}} for {{user}} was refused; the person keeps the credits: <code>{{charge}}</code>',
  'payment.alarm.refund_by_hand':
    "⚠️ A refund of {{price}} for {{user}}: the credits were taken back; give the money back on the payment provider's own pages: <code>{{charge}}</code>",
  'invoice.monthly_one':
    '{{count}} credit for your Aisha account every 30 days. Cancel at any time; credits do not expire.',
  'invoice.monthly_other':
    '{{count}} credits for your Aisha account every 30 days. Cancel at any time; credits do not expire.',
  'subscription.title':
    '🔁 <b>Subscription</b>\n\nCredits come every 30 days and do not expire. Paid with Telegram Stars; cancel at any time and keep what is paid.',
  'subscription.minutes_one': '{{count}} credit is {{minutes}} min of transcription.',
  'subscription.minutes_other': '{{count}} credits are {{minutes}} min of transcription.',
  'subscription.plan_one': '{{count}} credit / 30 days — {{price}}',
  'subscription.plan_other': '{{count}} credits / 30 days — {{price}}',
  'subscription.offer_one': '🔁 {{count}} credit every 30 days for {{price}}. Pay with the button.',
  'subscription.offer_other': '🔁 {{count}} credits every 30 days for {{price}}. Pay with the button.',
  'subscription.pay': 'Subscribe for {{price}}',
  'subscription.cancel': 'Cancel the subscription',
  'subscription.resume': 'Resume the subscription',
  'subscription.telling': 'Telling Telegram; the answer comes here.',
  'subscription.refused':
    "Telegram did not take the change: the subscription is as it was. You can change it in Telegram's settings too, under “My Stars”.",
  'subscription.active_one': '🔁 Subscription: {{count}} credit every 30 days. Next payment {{until}}.',
  'subscription.active_other': '🔁 Subscription: {{count}} credits every 30 days. Next payment {{until}}.',
  'subscription.cancelled_one':
    '🔁 The subscription of {{count}} credit is cancelled: nothing more will be charged. It runs until {{until}}.',
  'subscription.cancelled_other':
    '🔁 The subscription of {{count}} credits is cancelled: nothing more will be charged. It runs until {{until}}.',
  'subscription.failed_one':
    '🔁 The subscription of {{count}} credit could not be renewed: there were not enough Stars. It runs until {{until}}.',
  'subscription.failed_other':
    '🔁 The subscription of {{count}} credits could not be renewed: there were not enough Stars. It runs until {{until}}.',
} as const satisfies Translation<typeof ru>;
