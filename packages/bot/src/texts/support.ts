import type { Translation } from './translation.ts';

export const ru = {
  'support.ask': '💬 Напишите одним сообщением, что случилось с оплатой. Оператор ответит сюда.',
  'support.kept': '💬 Передали операторам. Ответ придёт сюда.',
  'support.too_much': 'Сегодня вы написали уже много сообщений: операторы их прочтут. Напишите снова завтра.',
  'support.question': '💬 {{name}} ({{user}}) спрашивает об оплате:\n\n<blockquote>{{text}}</blockquote>',
  'support.payment.paid': '{{date}}  {{price}} → {{credits}}\n<code>{{charge}}</code>',
  'support.payment.refunding': '{{date}}  {{price}} → {{credits}}, возвращается\n<code>{{charge}}</code>',
  'support.payment.refunded': '{{date}}  {{price}}, возвращён\n<code>{{charge}}</code>',
  'support.reply': 'Ответить',
  'support.reply.ask': 'Напишите ответ для {{name}} ({{user}}) одним сообщением.',
  'support.sent': 'Ответ отправлен.',
  'support.answer': '💬 <b>Ответ оператора</b>\n\n{{text}}',
  'support.answered':
    '💬 Оператор {{operator}} ответил пользователю {{user}}:\n\n<blockquote>{{text}}</blockquote>',
  'support.write_again': 'Написать ещё',
  'support.refund': '↩️ Вернуть {{price}} от {{date}}',
  'support.refund.ask':
    'Вернуть {{user}} платёж {{price}} от {{date}}? Снимутся {{credits}}; чего на счету уже нет, запишется долгом.',
  'support.refund.yes': 'Да, вернуть',
  'support.refund.begun':
    '↩️ Платёж {{price}} пользователя {{user}} возвращается. Снято {{taken}} из {{credits}}.',
  'support.refund.unknown': 'Такого платежа нет.',
  'support.refund.refunding': 'Этот платёж уже возвращается.',
  'support.refund.refunded': 'Этот платёж уже возвращён.',
  'terms.text':
    '📄 <b>Условия</b>\n\n• Кредиты покупаются за Telegram Stars или картой, не сгорают и тратятся только в Aisha.\n• Цена стоит на кнопке до начала работы. Списывается только за то, что сделано; за неудачу не списывается ничего.\n• Подписка продлевается каждые 30 дней, пока вы её не отмените; оплаченное остаётся.\n• Неистраченное пополнение можно вернуть: напишите в /paysupport. Поддержка Telegram с покупками в ботах не помогает.\n• Загружайте только свои фото или с согласия человека старше 18 лет.\n• О данных — /privacy.',
} as const;

export const kk = {
  'support.ask': '💬 Төлемге қатысты не болғанын бір хабарламамен жазыңыз. Оператор осында жауап береді.',
  'support.kept': '💬 Операторларға жеткіздік. Жауабы осында келеді.',
  'support.too_much': 'Бүгін көп хабарлама жаздыңыз: операторлар оларды оқиды. Ертең қайта жазыңыз.',
  'support.question': '💬 {{name}} ({{user}}) төлем туралы сұрайды:\n\n<blockquote>{{text}}</blockquote>',
  'support.payment.paid': '{{date}}  {{price}} → {{credits}}\n<code>{{charge}}</code>',
  'support.payment.refunding': '{{date}}  {{price}} → {{credits}}, қайтарылуда\n<code>{{charge}}</code>',
  'support.payment.refunded': '{{date}}  {{price}}, қайтарылды\n<code>{{charge}}</code>',
  'support.reply': 'Жауап беру',
  'support.reply.ask': '{{name}} ({{user}}) үшін жауапты бір хабарламамен жазыңыз.',
  'support.sent': 'Жауап жіберілді.',
  'support.answer': '💬 <b>Оператордың жауабы</b>\n\n{{text}}',
  'support.answered':
    '💬 {{operator}} операторы {{user}} пайдаланушысына жауап берді:\n\n<blockquote>{{text}}</blockquote>',
  'support.write_again': 'Тағы жазу',
  'support.refund': '↩️ Қайтару: {{price}}, {{date}}',
  'support.refund.ask':
    '{{user}} пайдаланушысының {{date}} жасаған {{price}} төлемін қайтару керек пе? {{credits}} алынады; шотта жоғы қарыз болып жазылады.',
  'support.refund.yes': 'Иә, қайтару',
  'support.refund.begun':
    '↩️ {{user}} пайдаланушысының {{price}} төлемі қайтарылуда. {{credits}} ішінен {{taken}} алынды.',
  'support.refund.unknown': 'Мұндай төлем жоқ.',
  'support.refund.refunding': 'Бұл төлем қайтарылып жатыр.',
  'support.refund.refunded': 'Бұл төлем қайтарылған.',
  'terms.text':
    '📄 <b>Шарттар</b>\n\n• Кредиттер Telegram Stars немесе картамен сатып алынады, күйіп кетпейді және тек Aisha-да жұмсалады.\n• Баға жұмыс басталғанға дейін түймеде тұрады. Тек жасалғаны үшін алынады; сәтсіздік үшін ештеңе алынбайды.\n• Жазылым өзіңіз тоқтатқанша әр 30 күн сайын ұзартылады; төленгені қалады.\n• Жұмсалмаған толтыруды қайтаруға болады: /paysupport арқылы жазыңыз. Telegram қолдау қызметі боттағы сатып алуларға көмектеспейді.\n• Тек өз суретіңізді немесе 18-ден асқан адамның келісімімен жүктеңіз.\n• Деректер туралы — /privacy.',
} as const satisfies Translation<typeof ru>;

export const en = {
  'support.ask': '💬 Say in one message what happened with your payment. An operator will answer here.',
  'support.kept': '💬 Passed on to the operators. The answer comes here.',
  'support.too_much':
    'You have written a lot today: the operators will read it. Please write again tomorrow.',
  'support.question': '💬 {{name}} ({{user}}) asks about a payment:\n\n<blockquote>{{text}}</blockquote>',
  'support.payment.paid': '{{date}}  {{price}} → {{credits}}\n<code>{{charge}}</code>',
  'support.payment.refunding': '{{date}}  {{price}} → {{credits}}, being refunded\n<code>{{charge}}</code>',
  'support.payment.refunded': '{{date}}  {{price}}, refunded\n<code>{{charge}}</code>',
  'support.reply': 'Reply',
  'support.reply.ask': 'Write the answer for {{name}} ({{user}}) in one message.',
  'support.sent': 'The answer was sent.',
  'support.answer': '💬 <b>An operator answers</b>\n\n{{text}}',
  'support.answered': '💬 Operator {{operator}} answered user {{user}}:\n\n<blockquote>{{text}}</blockquote>',
  'support.write_again': 'Write again',
  'support.refund': '↩️ Refund {{price}} of {{date}}',
  'support.refund.ask':
    'Refund {{user}} the payment of {{price}} of {{date}}? {{credits}} will be taken back; what is spent is noted as a debt.',
  'support.refund.yes': 'Yes, refund',
  'support.refund.begun':
    '↩️ The payment of {{price}} by user {{user}} is being refunded. {{taken}} of {{credits}} taken back.',
  'support.refund.unknown': 'There is no such payment.',
  'support.refund.refunding': 'This payment is being refunded already.',
  'support.refund.refunded': 'This payment was refunded already.',
  'terms.text':
    "📄 <b>Terms</b>\n\n• Credits are bought with Telegram Stars or by card, do not expire and are spent in Aisha alone.\n• The price stands on the button before work starts. Only what was made is charged; nothing is charged for a failure.\n• A subscription renews every 30 days until you cancel it; what is paid stays.\n• A top-up that is not spent can be refunded: write to /paysupport. Telegram's own support does not help with purchases in bots.\n• Upload only photos of yourself, or with the consent of a person over 18.\n• About your data: /privacy.",
} as const satisfies Translation<typeof ru>;
