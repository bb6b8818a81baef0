import type { Translation } from './translation.ts';

export const ru = {
  'group.title': '⚙️ <b>Настройки группы</b>',
  'group.each_pays':
    '💳 Кто платит: каждый за свой заказ.\n\nАдминистратор может платить за всех: кто нажмёт «{{button}}», с того и будут списываться кредиты за заказы в этой группе. Отказаться можно в любой момент — здесь или командой /balance.',
  'group.payer': '💳 Кто платит: <b>{{name}}</b> — за все заказы в этой группе.',
  'group.free': '💳 Сейчас всё бесплатно: платить никому не нужно.',
  'group.mode.reply': '🎙 Записи: распознаю, когда позовут — командой /transcribe в ответ на голосовое.',
  'group.mode.automatic':
    '🎙 Записи: распознаю каждое голосовое, кружок и аудио. Чтобы я их видел, сделайте меня администратором группы.',
  'group.mode.silent': '🎙 Записи: молчу и ничего не распознаю.',
  'group.mode.reply.choose': '🎙 Только по просьбе',
  'group.mode.automatic.choose': '🎙 Распознавать всё',
  'group.mode.silent.choose': '🔇 Молчать',
  'group.documents.yes': '📄 Документы по записям и ответы на вопросы заказывать здесь можно.',
  'group.documents.no': '📄 Документы по записям и ответы на вопросы здесь заказывать нельзя.',
  'group.documents.forbid': '📄 Запретить документы',
  'group.documents.allow': '📄 Разрешить документы',
  'group.chosen': 'Готово.',
  'group.documents.none': 'Администраторы группы выключили здесь документы и ответы на вопросы.',
  'group.who': 'Менять настройки могут только администраторы группы.',
  'group.pay': '💳 Платить буду я',
  'group.each': '👤 Пусть каждый платит за себя',
  'group.pay.chosen': 'Готово: за заказы в этой группе платите вы.',
  'group.each.chosen': 'Готово: каждый платит за свой заказ.',
  'group.administrators_only': 'Это решают администраторы группы.',
  'group.looking': 'Проверяю, кто здесь администратор. Нажмите в новом сообщении, пожалуйста.',
  'group.payer_gone':
    '💳 Вы больше не администратор группы «{{title}}», поэтому за заказы в ней с вас ничего не списывается.',
  'group.pay.stop': '✋ Не платить за «{{title}}»',
  'group.pay.stopped': 'Хорошо: за эту группу вы больше не платите.',
  'balance.group': '👥 Вы платите за заказы в группе «{{title}}».',
  'quote.payer': '👥 Платите не вы, а тот, кто взял на себя расходы группы.',
  'charged.payer': 'Оплачено за счёт группы.',
  'refusal.payer':
    '💳 Цена — {{price}}, но у того, кто платит за эту группу, сейчас не хватает кредитов или исчерпан дневной предел. Ничего не списано. Администратор может сменить плательщика: /settings',
} as const;

export const kk = {
  'group.title': '⚙️ <b>Топ баптаулары</b>',
  'group.each_pays':
    '💳 Кім төлейді: әркім өз тапсырысы үшін.\n\nӘкімші бәрі үшін төлей алады: «{{button}}» түймесін кім басса, осы топтағы тапсырыстардың кредиттері соның шотынан алынады. Кез келген уақытта бас тартуға болады — осы жерде немесе /balance пәрменімен.',
  'group.payer': '💳 Кім төлейді: <b>{{name}}</b> — осы топтағы барлық тапсырыс үшін.',
  'group.free': '💳 Қазір бәрі тегін: ешкімге төлеудің қажеті жоқ.',
  'group.mode.reply':
    '🎙 Жазбалар: шақырғанда ғана танимын — дауыстық хабарламаға /transcribe деп жауап беріңіз.',
  'group.mode.automatic':
    '🎙 Жазбалар: әр дауыстық хабарламаны, дөңгелек видеоны және аудионы танимын. Оларды көруім үшін мені топ әкімшісі етіңіз.',
  'group.mode.silent': '🎙 Жазбалар: үндемеймін, ештеңе танымаймын.',
  'group.mode.reply.choose': '🎙 Тек сұрағанда',
  'group.mode.automatic.choose': '🎙 Бәрін тану',
  'group.mode.silent.choose': '🔇 Үндемеу',
  'group.documents.yes': '📄 Мұнда жазба бойынша құжат жасатуға және сұрақ қоюға болады.',
  'group.documents.no': '📄 Мұнда жазба бойынша құжат жасатуға және сұрақ қоюға болмайды.',
  'group.documents.forbid': '📄 Құжаттарға тыйым салу',
  'group.documents.allow': '📄 Құжаттарға рұқсат беру',
  'group.chosen': 'Дайын.',
  'group.documents.none': 'Топ әкімшілері мұнда құжаттар мен сұрақтарға жауапты өшіріп қойған.',
  'group.who': 'Баптауларды топ әкімшілері ғана өзгерте алады.',
  'group.pay': '💳 Мен төлеймін',
  'group.each': '👤 Әркім өзі үшін төлесін',
  'group.pay.chosen': 'Дайын: бұл топтағы тапсырыстар үшін сіз төлейсіз.',
  'group.each.chosen': 'Дайын: әркім өз тапсырысы үшін төлейді.',
  'group.administrators_only': 'Мұны топ әкімшілері шешеді.',
  'group.looking': 'Мұнда кім әкімші екенін тексеріп жатырмын. Жаңа хабарламадағы түймені басыңызшы.',
  'group.payer_gone':
    '💳 Сіз енді «{{title}}» тобының әкімшісі емессіз, сондықтан ондағы тапсырыстар үшін сізден ештеңе алынбайды.',
  'group.pay.stop': '✋ «{{title}}» үшін төлемеу',
  'group.pay.stopped': 'Жарайды: бұл топ үшін енді төлемейсіз.',
  'balance.group': '👥 Сіз «{{title}}» тобындағы тапсырыстар үшін төлейсіз.',
  'quote.payer': '👥 Сіз емес, топтың шығынын өз мойнына алған адам төлейді.',
  'charged.payer': 'Топтың есебінен төленді.',
  'refusal.payer':
    '💳 Бағасы — {{price}}, бірақ осы топ үшін төлейтін адамның кредиті қазір жетпейді немесе күндік шегі таусылған. Ештеңе алынған жоқ. Әкімші төлеушіні ауыстыра алады: /settings',
} as const satisfies Translation<typeof ru>;

export const en = {
  'group.title': '⚙️ <b>Settings of this group</b>',
  'group.each_pays':
    '💳 Who pays: everybody for what they order.\n\nAn administrator may pay for all: whoever presses “{{button}}” is charged for the orders in this group. They can stop at any time, here or with /balance.',
  'group.payer': '💳 Who pays: <b>{{name}}</b>, for everything ordered in this group.',
  'group.free': '💳 Everything is free for now: nobody has to pay.',
  'group.mode.reply': '🎙 Recordings: heard when I am called, with /transcribe as a reply to a voice message.',
  'group.mode.automatic':
    '🎙 Recordings: every voice message, video message and audio is heard. Make me an administrator of the group so that I see them.',
  'group.mode.silent': '🎙 Recordings: I keep silent and hear nothing.',
  'group.mode.reply.choose': '🎙 Only when asked',
  'group.mode.automatic.choose': '🎙 Hear everything',
  'group.mode.silent.choose': '🔇 Keep silent',
  'group.documents.yes': '📄 Documents and answers to questions may be ordered here.',
  'group.documents.no': '📄 Documents and answers to questions may not be ordered here.',
  'group.documents.forbid': '📄 Forbid documents',
  'group.documents.allow': '📄 Allow documents',
  'group.chosen': 'Done.',
  'group.documents.none': 'The group’s administrators have switched documents and answers off here.',
  'group.who': 'Only administrators of the group can change its settings.',
  'group.pay': '💳 I pay',
  'group.each': '👤 Everybody pays for themselves',
  'group.pay.chosen': 'Done: you pay for the orders in this group.',
  'group.each.chosen': 'Done: everybody pays for what they order.',
  'group.administrators_only': 'That is for the administrators of the group to decide.',
  'group.looking': 'Looking who runs this group. Please press in the new message.',
  'group.payer_gone':
    '💳 You no longer run the group “{{title}}”, so you are not charged for what is ordered there.',
  'group.pay.stop': '✋ Stop paying for “{{title}}”',
  'group.pay.stopped': 'All right: you no longer pay for this group.',
  'balance.group': '👥 You pay for the orders in the group “{{title}}”.',
  'quote.payer': '👥 Not you but whoever bears the group’s costs pays.',
  'charged.payer': 'Paid by the group.',
  'refusal.payer':
    '💳 This takes {{price}}, but whoever pays for this group is short of credits or has reached their daily limit. Nothing was charged. An administrator can change who pays: /settings',
} as const satisfies Translation<typeof ru>;
