import type { Translation } from './translation.ts';

export const ru = {
  'group.erase': '🗑 Удалить данные группы',
  'group.erase.sure':
    '🗑 <b>Удалить всё, что я храню об этой группе?</b>\n\nИсчезнут записи и тексты, сделанные здесь, кто бы их ни заказал, и настройки группы. Личные данные участников вне группы остаются их собственными.',
  'group.erase.yes': 'Да, удалить',
  'group.erase.begun': '🗑 Удаляю. Напишу сюда, когда закончу.',
  'group.erased': '✅ Всё, что принадлежало этой группе, удалено.',
  'command.export': 'Скачать все мои данные',
  'command.delete_me': 'Удалить меня и все данные',
  'settings.button': '⚙️ Настройки',
  'export.all': '📦 Скачать мои данные',
  'export.all.begun':
    '📦 Собираю всё, что храню о вас: фотографии, картинки, тексты, документы, счёт, настройки и согласия. Пришлю архивом, когда будет готово.',
  'export.all.under_way': '📦 Архив уже собирается — пришлю, как только будет готов.',
  'export.all.ready_one':
    '📦 Вот всё, что я о вас храню, в {{count}} файле. Что есть что, написано в README.txt. Архив удалится у меня через {{days}} дн., у вас в чате он останется.',
  'export.all.ready_few':
    '📦 Вот всё, что я о вас храню, в {{count}} файлах. Что есть что, написано в README.txt первого. Архивы удалятся у меня через {{days}} дн., у вас в чате они останутся.',
  'export.all.ready_many':
    '📦 Вот всё, что я о вас храню, в {{count}} файлах. Что есть что, написано в README.txt первого. Архивы удалятся у меня через {{days}} дн., у вас в чате они останутся.',
  'export.all.ready_other':
    '📦 Вот всё, что я о вас храню, в {{count}} файлах. Что есть что, написано в README.txt первого. Архивы удалятся у меня через {{days}} дн., у вас в чате они останутся.',
  'export.all.links':
    '📦 Всё, что я о вас храню, собрано. Файлы великоваты для Telegram, поэтому вот ссылки: кнопки ниже. Они работают до <b>{{ends}}</b>; кто знает ссылку, тот может скачать файл — никому её не пересылайте. Что есть что, написано в README.txt первого архива. Новые ссылки можно получить здесь же в течение {{days}} дн., потом архивы удалятся.',
  'export.link.data': '⬇️ Данные · {{size}}',
  'export.link.files': '⬇️ Файлы, часть {{number}} · {{size}}',
  'export.link.again': '🔗 Новые ссылки',
  'export.link.coming': 'Сейчас пришлю новые ссылки.',
  'export.link.gone': 'Этого архива уже нет. Соберите новый: /export',
  'leave.button': '🗑 Удалить меня',
  'leave.title':
    '🗑 <b>Удалить всё и уйти?</b>\n\nИсчезнут аватары и фотографии, картинки, записи, тексты и документы, настройки и счёт. То, что сейчас готовится, отменится, кредиты за это вернутся на счёт — и исчезнут вместе с ним.',
  'leave.credits':
    '⚠️ На счету {{credits}} — они пропадут. О возврате денег за неиспользованное можно спросить до удаления: /paysupport',
  'leave.subscription': '⚠️ Подписка будет отменена: больше за неё ничего не спишется.',
  'leave.go': 'Удалить',
  'leave.export': 'Сначала скачать, потом удалить',
  'leave.no': 'Не удалять',
  'leave.sure':
    'Точно? Вернуть удалённое не сможет никто.\n\nМожно подождать сутки: если передумаете, просто зайдите и нажмите «Остаться».',
  'leave.sure.export':
    'Точно? Сначала пришлю архив со всем, что храню, и только потом удалю. Вернуть удалённое не сможет никто.\n\nМожно подождать сутки: если передумаете, просто зайдите и нажмите «Остаться».',
  'leave.day': 'Удалить через сутки',
  'leave.now': 'Удалить сейчас',
  'leave.begun': '🗑 Удаляю. Когда закончу, напишу здесь, что удалено и что где остаётся.',
  'leave.waiting': '🗑 Все ваши данные удалятся {{date}}. До этого можно передумать.',
  'leave.stay': 'Остаться',
  'leave.stayed': 'Хорошо, всё остаётся как было.',
  'leave.going': 'Ваши данные сейчас удаляются. Через несколько минут можно начать заново: /start',
  'leave.receipt.title': '✅ <b>Всё удалено.</b>',
  'leave.receipt.deleted':
    'Удалено: аватаров — {{avatars}}, фотографий — {{photos}}, картинок — {{images}}, записей — {{recordings}}, документов — {{documents}}, файлов в хранилище — {{files}}; а также настройки, история диалога, очередь заданий.',
  'leave.receipt.kept': 'Где ещё что-то остаётся:',
  'leave.receipt.payments_one':
    'запись о платеже ({{count}}) — без имени, этого требует закон о бухгалтерии;',
  'leave.receipt.payments_few':
    'записи о платежах ({{count}}) — без имени, этого требует закон о бухгалтерии;',
  'leave.receipt.payments_many':
    'записи о платежах ({{count}}) — без имени, этого требует закон о бухгалтерии;',
  'leave.receipt.payments_other':
    'записи о платежах ({{count}}) — без имени, этого требует закон о бухгалтерии;',
  'leave.receipt.books': 'движение кредитов — без имени и без содержания заказов, чтобы счета сходились;',
  'leave.receipt.fal':
    'запросы и файлы у FAL AI, которые нам не дали удалить, — до 30 дней, потом FAL удаляет их сам;',
  'leave.receipt.openai':
    'то, что видели языковая модель и распознаватель речи, — до 30 дней в их журналах безопасности;',
  'leave.receipt.backups_one':
    'резервные копии — до {{count}} дня; если их придётся восстановить, вы будете удалены снова;',
  'leave.receipt.backups_few':
    'резервные копии — до {{count}} дней; если их придётся восстановить, вы будете удалены снова;',
  'leave.receipt.backups_many':
    'резервные копии — до {{count}} дней; если их придётся восстановить, вы будете удалены снова;',
  'leave.receipt.backups_other':
    'резервные копии — до {{count}} дней; если их придётся восстановить, вы будете удалены снова;',
  'leave.receipt.telegram': 'переписка со мной — в Telegram, пока вы не удалите этот чат.',
  'leave.receipt.bye': 'Спасибо, что были здесь. Если вернётесь — /start, и всё начнётся с чистого листа.',
  'privacy.title': '<b>Ваши данные — ваши</b>',
  'privacy.kept':
    '<b>Что храню и сколько</b>\n• Фотографии аватара — до конца обучения, потом остаётся одна для карточки; аватар — пока не удалите.\n• Звук — пока из него не получится текст; записи, тексты, документы и картинки — пока не удалите или сколько дней выберете в настройках. В режиме инкогнито — только до доставки.\n• Сообщения боту — 3 дня, вопросы об оплате — полгода, сведения о платежах — сколько требует закон.',
  'privacy.receivers': '<b>Кто ещё это видит</b> — только чтобы выполнить заказ:',
  'privacy.receiver': '{{name}}: {{what}}',
  'privacy.nobody': 'Сейчас никому, кроме Telegram, ваши данные не передаются.',
  'privacy.gets.photos': 'фотографии для обучения и рисования',
  'privacy.looks': 'фотографии и картинки — чтобы проверить их, описать или прочитать с них текст',
  'privacy.gets.prompts': 'описания картинок',
  'privacy.gets.sound': 'звук для распознавания',
  'privacy.gets.texts': 'тексты для документов',
  'privacy.region': '<b>Где стоят серверы:</b> {{region}}.',
  'privacy.backups_one': 'Резервные копии хранятся {{count}} день, зашифрованными.',
  'privacy.backups_few': 'Резервные копии хранятся {{count}} дня, зашифрованными.',
  'privacy.backups_many': 'Резервные копии хранятся {{count}} дней, зашифрованными.',
  'privacy.backups_other': 'Резервные копии хранятся {{count}} дня, зашифрованными.',
  'privacy.rights':
    '<b>Что вы можете:</b> изменить сроки и скрыть личное — /settings, забрать всё — /export, удалить всё — /delete_me. Люди, которые ведут сервис, видят размеры и состояние заказов, но не их содержание.',
} as const;

export const kk = {
  'group.erase': '🗑 Топ деректерін жою',
  'group.erase.sure':
    '🗑 <b>Осы топ туралы сақтағанымның бәрін жоясыз ба?</b>\n\nОсында жасалған жазбалар мен мәтіндер, кім тапсырыс берсе де, және топтың баптаулары жойылады. Қатысушылардың топтан тыс жеке деректері өздерінде қалады.',
  'group.erase.yes': 'Иә, жою',
  'group.erase.begun': '🗑 Жойып жатырмын. Аяқтағанда осында жазамын.',
  'group.erased': '✅ Осы топқа тиесілінің бәрі жойылды.',
  'command.export': 'Барлық дерегімді жүктеп алу',
  'command.delete_me': 'Мені және барлық деректі жою',
  'settings.button': '⚙️ Баптаулар',
  'export.all': '📦 Деректерімді жүктеу',
  'export.all.begun':
    '📦 Сіз туралы сақтағанымның бәрін жинап жатырмын: фотолар, суреттер, мәтіндер, құжаттар, шот, баптаулар және келісімдер. Дайын болғанда мұрағатпен жіберемін.',
  'export.all.under_way': '📦 Мұрағат жиналып жатыр — дайын болғанда жіберемін.',
  'export.all.ready_one':
    '📦 Сіз туралы сақтағанымның бәрі осы, {{count}} файлда. Ненің не екені README.txt файлында жазылған. Мұрағат менде {{days}} күннен кейін жойылады, чатыңызда қалады.',
  'export.all.ready_other':
    '📦 Сіз туралы сақтағанымның бәрі осы, {{count}} файлда. Ненің не екені біріншісінің README.txt файлында жазылған. Мұрағаттар менде {{days}} күннен кейін жойылады, чатыңызда қалады.',
  'export.all.links':
    '📦 Сіз туралы сақтайтынымның бәрі жиналды. Файлдар Telegram үшін тым үлкен, сондықтан төмендегі батырмаларда сілтемелер бар. Олар <b>{{ends}}</b> дейін жұмыс істейді; сілтемені білген адам файлды жүктей алады — ешкімге жібермеңіз. Не екені бірінші мұрағаттың README.txt файлында жазылған. Жаңа сілтемелерді осы жерден {{days}} күн ішінде алуға болады, содан кейін мұрағаттар жойылады.',
  'export.link.data': '⬇️ Деректер · {{size}}',
  'export.link.files': '⬇️ Файлдар, {{number}}-бөлік · {{size}}',
  'export.link.again': '🔗 Жаңа сілтемелер',
  'export.link.coming': 'Жаңа сілтемелерді қазір жіберемін.',
  'export.link.gone': 'Бұл мұрағат енді жоқ. Жаңасын жинаңыз: /export',
  'leave.button': '🗑 Мені жою',
  'leave.title':
    '🗑 <b>Бәрін жойып, кетесіз бе?</b>\n\nАватарлар мен фотолар, суреттер, жазбалар, мәтіндер мен құжаттар, баптаулар және шот жойылады. Қазір дайындалып жатқаны тоқтатылады, оның кредиттері шотқа қайтады — және шотпен бірге жойылады.',
  'leave.credits':
    '⚠️ Шотыңызда {{credits}} бар — олар жоғалады. Пайдаланылмағаны үшін ақша қайтаруды жойғанға дейін сұрауға болады: /paysupport',
  'leave.subscription': '⚠️ Жазылым тоқтатылады: ол үшін бұдан былай ештеңе алынбайды.',
  'leave.go': 'Жою',
  'leave.export': 'Алдымен жүктеп алу, кейін жою',
  'leave.no': 'Жоймау',
  'leave.sure':
    'Шынымен бе? Жойылғанды ешкім қайтара алмайды.\n\nБір тәулік күтуге болады: ойыңыз өзгерсе, кіріп, «Қалу» батырмасын бассаңыз болғаны.',
  'leave.sure.export':
    'Шынымен бе? Алдымен сақтағанымның бәрін мұрағатпен жіберемін, содан кейін ғана жоямын. Жойылғанды ешкім қайтара алмайды.\n\nБір тәулік күтуге болады: ойыңыз өзгерсе, кіріп, «Қалу» батырмасын бассаңыз болғаны.',
  'leave.day': 'Бір тәуліктен кейін жою',
  'leave.now': 'Қазір жою',
  'leave.begun': '🗑 Жойып жатырмын. Аяқтағанда не жойылғанын және ненің қайда қалатынын осында жазамын.',
  'leave.waiting': '🗑 Барлық дерегіңіз {{date}} жойылады. Оған дейін ойыңызды өзгерте аласыз.',
  'leave.stay': 'Қалу',
  'leave.stayed': 'Жақсы, бәрі бұрынғыдай қалады.',
  'leave.going': 'Деректеріңіз қазір жойылып жатыр. Бірнеше минуттан кейін қайта бастауға болады: /start',
  'leave.receipt.title': '✅ <b>Бәрі жойылды.</b>',
  'leave.receipt.deleted':
    'Жойылғаны: аватарлар — {{avatars}}, фотолар — {{photos}}, суреттер — {{images}}, жазбалар — {{recordings}}, құжаттар — {{documents}}, қоймадағы файлдар — {{files}}; сондай-ақ баптаулар, диалог тарихы, тапсырмалар кезегі.',
  'leave.receipt.kept': 'Тағы қай жерде не қалады:',
  'leave.receipt.payments_one':
    'төлем туралы жазба ({{count}}) — атсыз, бухгалтерлік есеп туралы заң талап етеді;',
  'leave.receipt.payments_other':
    'төлемдер туралы жазбалар ({{count}}) — атсыз, бухгалтерлік есеп туралы заң талап етеді;',
  'leave.receipt.books':
    'кредиттер қозғалысы — атсыз және тапсырыстардың мазмұнынсыз, есеп дұрыс шығуы үшін;',
  'leave.receipt.fal':
    'бізге жоюға рұқсат берілмеген FAL AI-дағы сұраулар мен файлдар — 30 күнге дейін, кейін FAL өзі жояды;',
  'leave.receipt.openai':
    'тілдік модель мен сөз танушы көргені — олардың қауіпсіздік журналында 30 күнге дейін;',
  'leave.receipt.backups_one':
    'сақтық көшірмелер — {{count}} күнге дейін; оларды қалпына келтіруге тура келсе, сіз қайта жойыласыз;',
  'leave.receipt.backups_other':
    'сақтық көшірмелер — {{count}} күнге дейін; оларды қалпына келтіруге тура келсе, сіз қайта жойыласыз;',
  'leave.receipt.telegram': 'менімен жазысқаныңыз — Telegram-да, осы чатты жойғанша.',
  'leave.receipt.bye': 'Осында болғаныңызға рақмет. Қайта келсеңіз — /start, бәрі таза парақтан басталады.',
  'privacy.title': '<b>Деректеріңіз — сіздікі</b>',
  'privacy.kept':
    '<b>Нені қанша уақыт сақтаймын</b>\n• Аватар фотолары — үйрету аяқталғанша, кейін карточкаға біреуі қалады; аватар — өзіңіз жойғанша.\n• Дыбыс — мәтіні шыққанша; жазбалар, мәтіндер, құжаттар мен суреттер — өзіңіз жойғанша немесе баптауда таңдаған күніңізше. Инкогнито режимінде — жеткізілгенше ғана.\n• Ботқа жазған хабарламалар — 3 күн, төлем туралы сұрақтар — жарты жыл, төлем туралы мәліметтер — заң талап еткенше.',
  'privacy.receivers': '<b>Мұны тағы кім көреді</b> — тек тапсырысты орындау үшін:',
  'privacy.receiver': '{{name}}: {{what}}',
  'privacy.nobody': 'Қазір деректеріңіз Telegram-нан басқа ешкімге берілмейді.',
  'privacy.gets.photos': 'үйрету мен салуға арналған фотолар',
  'privacy.looks': 'фотолар мен суреттер — тексеру, сипаттау не мәтінін оқу үшін',
  'privacy.gets.prompts': 'сурет сипаттамалары',
  'privacy.gets.sound': 'танылатын дыбыс',
  'privacy.gets.texts': 'құжатқа арналған мәтіндер',
  'privacy.region': '<b>Серверлер қайда:</b> {{region}}.',
  'privacy.backups_one': 'Сақтық көшірмелер {{count}} күн, шифрланған күйде сақталады.',
  'privacy.backups_other': 'Сақтық көшірмелер {{count}} күн, шифрланған күйде сақталады.',
  'privacy.rights':
    '<b>Не істей аласыз:</b> мерзімді өзгерту және жекені жасыру — /settings, бәрін алып кету — /export, бәрін жою — /delete_me. Сервисті жүргізетін адамдар тапсырыстардың көлемі мен күйін көреді, мазмұнын көрмейді.',
} as const satisfies Translation<typeof ru>;

export const en = {
  'group.erase': '🗑 Erase the group’s data',
  'group.erase.sure':
    '🗑 <b>Erase everything that I keep of this group?</b>\n\nRecordings and texts made here will be gone, whoever ordered them, and the group’s settings. What its members have elsewhere stays theirs.',
  'group.erase.yes': 'Yes, erase it',
  'group.erase.begun': '🗑 Erasing. I’ll write here when it is done.',
  'group.erased': '✅ Everything that was this group’s is erased.',
  'command.export': 'Get all my data',
  'command.delete_me': 'Delete me and all my data',
  'settings.button': '⚙️ Settings',
  'export.all': '📦 Get my data',
  'export.all.begun':
    '📦 I am gathering everything that I keep of you: photos, pictures, texts, documents, account, settings and consents. It comes as a zip when it is ready.',
  'export.all.under_way': '📦 The zip is being made — it comes as soon as it is ready.',
  'export.all.ready_one':
    '📦 Here is everything that I keep of you, in {{count}} file. README.txt says what is what. I delete the zip in {{days}} days; in your chat it stays.',
  'export.all.ready_other':
    '📦 Here is everything that I keep of you, in {{count}} files. README.txt in the first says what is what. I delete the zips in {{days}} days; in your chat they stay.',
  'export.all.links':
    '📦 Everything that I keep of you is put together. The files are too big for Telegram, so here are links: the buttons below. They work until <b>{{ends}}</b>; whoever knows a link can get the file, so pass it to nobody. README.txt in the first zip says what is what. For {{days}} days you can get new links right here, then the zips are deleted.',
  'export.link.data': '⬇️ Data · {{size}}',
  'export.link.files': '⬇️ Files, part {{number}} · {{size}}',
  'export.link.again': '🔗 New links',
  'export.link.coming': 'New links are on their way.',
  'export.link.gone': 'That zip is gone. Have a new one made: /export',
  'leave.button': '🗑 Delete me',
  'leave.title':
    '🗑 <b>Delete everything and leave?</b>\n\nAvatars and photos, pictures, recordings, texts and documents, settings and your account will be gone. What is being made is cancelled; its credits return to the account — and go with it.',
  'leave.credits':
    '⚠️ There are {{credits}} on your account: they will be lost. Before that you can ask for money back for what you have not used: /paysupport',
  'leave.subscription': '⚠️ Your subscription will be cancelled: nothing more is charged for it.',
  'leave.go': 'Delete',
  'leave.export': 'Get my data first, then delete',
  'leave.no': 'Do not delete',
  'leave.sure':
    'Are you sure? Nobody can bring back what is deleted.\n\nYou can wait a day: if you change your mind, just come back and press “Stay”.',
  'leave.sure.export':
    'Are you sure? First I send you a zip of everything that I keep, and only then I delete it. Nobody can bring back what is deleted.\n\nYou can wait a day: if you change your mind, just come back and press “Stay”.',
  'leave.day': 'Delete in a day',
  'leave.now': 'Delete now',
  'leave.begun': '🗑 Deleting. When I am done I write here what is deleted, and what is left where.',
  'leave.waiting': '🗑 All your data will be deleted on {{date}}. Until then you can change your mind.',
  'leave.stay': 'Stay',
  'leave.stayed': 'All right, everything stays as it was.',
  'leave.going': 'Your data are being deleted right now. In a few minutes you can begin anew: /start',
  'leave.receipt.title': '✅ <b>Everything is deleted.</b>',
  'leave.receipt.deleted':
    'Deleted: avatars — {{avatars}}, photos — {{photos}}, pictures — {{images}}, recordings — {{recordings}}, documents — {{documents}}, files in storage — {{files}}; and settings, the history of our dialogue, the queue of work.',
  'leave.receipt.kept': 'Where something still is:',
  'leave.receipt.payments_one':
    'a record of a payment ({{count}}) — without a name, as the law on accounting demands;',
  'leave.receipt.payments_other':
    'records of payments ({{count}}) — without a name, as the law on accounting demands;',
  'leave.receipt.books':
    'how credits came and went — without a name and without what was ordered, so that the books add up;',
  'leave.receipt.fal':
    'requests and files at FAL AI that we were not let delete — up to 30 days, then FAL deletes them itself;',
  'leave.receipt.openai':
    'what the language model and the speech recogniser saw — up to 30 days in their safety logs;',
  'leave.receipt.backups_one':
    'backups — up to {{count}} day; should they have to be restored, you are deleted once more;',
  'leave.receipt.backups_other':
    'backups — up to {{count}} days; should they have to be restored, you are deleted once more;',
  'leave.receipt.telegram': 'what we wrote to each other — in Telegram, until you delete this chat.',
  'leave.receipt.bye':
    'Thank you for having been here. If you come back — /start, and everything begins anew.',
  'privacy.title': '<b>Your data is yours</b>',
  'privacy.kept':
    '<b>What I keep, and how long</b>\n• Photos for an avatar — until it is trained, then one for its card; the avatar — until you delete it.\n• Sound — until there is text; recordings, texts, documents and pictures — until you delete them, or as many days as you choose in the settings. Incognito — only until they are delivered.\n• Messages to the bot — 3 days, questions about payments — half a year, what was paid — as long as law demands.',
  'privacy.receivers': '<b>Who else sees it</b> — only to do what you ordered:',
  'privacy.receiver': '{{name}}: {{what}}',
  'privacy.nobody': 'At the moment your data go to nobody but Telegram.',
  'privacy.gets.photos': 'photos to train and draw with',
  'privacy.looks': 'photos and pictures, to check, describe or read them',
  'privacy.gets.prompts': 'descriptions of pictures',
  'privacy.gets.sound': 'sound to be recognised',
  'privacy.gets.texts': 'texts for documents',
  'privacy.region': '<b>Where the servers are:</b> {{region}}.',
  'privacy.backups_one': 'Backups are kept for {{count}} day, encrypted.',
  'privacy.backups_other': 'Backups are kept for {{count}} days, encrypted.',
  'privacy.rights':
    '<b>What you can do:</b> change how long things are kept, and mask personal data — /settings; take everything — /export; delete everything — /delete_me. The people who run the service see sizes and states of orders, not what is in them.',
} as const satisfies Translation<typeof ru>;
