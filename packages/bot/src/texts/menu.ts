import type { Translation } from './translation.ts';

export const ru = {
  'name.ru': 'Русский',
  'name.kk': 'Қазақша',
  'name.en': 'English',
  'command.start': 'Начать',
  'command.menu': 'Главное меню',
  'command.avatars': 'Мои аватары',
  'command.new_avatar': 'Новый аватар',
  'command.imagine': 'Нарисовать картинку',
  'command.gallery': 'Галерея',
  'command.transcribe': 'Речь в текст',
  'command.history': 'История записей',
  'command.balance': 'Баланс',
  'command.language': 'Язык',
  'command.help': 'Помощь',
  'command.cancel': 'Отменить текущее действие',
  'command.privacy': 'Ваши данные',
  'menu.hello': 'Здравствуйте, {{name}}! Я — Aisha.',
  'menu.text':
    'Я умею две вещи:\n\n🧑‍🎨 <b>Ваш ИИ-аватар</b> — пришлите 10–20 фотографий, я обучу модель и буду рисовать вас.\n🎙 <b>Речь в документы</b> — пришлите голосовое, аудио или видео, и получите текст, резюме, список дел или протокол.\n\nПросто пришлите голосовое или выберите:',
  'menu.avatars': '🧑‍🎨 Аватары',
  'menu.imagine': '🎨 Нарисовать',
  'menu.gallery': '🖼 Галерея',
  'menu.transcribe': '🎙 Речь в текст',
  'menu.history': '🗂 История',
  'menu.balance': '💰 Баланс',
  'menu.language': '🌐 Язык',
  'menu.help': '❓ Помощь',
  'button.back': '‹ Назад',
  'button.menu': '☰ Меню',
  'button.cancel': '✖️ Отменить',
  'button.delete': '🗑 Удалить',
  'button.prev': '‹',
  'button.next': '›',
  'language.title': 'Выберите язык:',
  'language.chosen': 'Готово: говорю по-русски.',
  'help.text':
    '<b>Аватар.</b> /new_avatar → вид, имя, 10–20 фотографий (JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP, GIF, JPEG XL — фото, файлы, альбомы или zip; короткая сторона от 512 пикселей). Обучение занимает несколько минут, ход виден в сообщении, его можно отменить.\n\n<b>Картинки.</b> /imagine и описание на любом языке.\n\n<b>Речь.</b> Пришлите голосовое, аудио, видео или файл до 20 МБ. Пришлю текст, а из него — резюме, список дел, протокол. В группе ответьте на голосовое командой /transcribe.\n\n<b>Тексты.</b> Файлы .txt, .md, .srt, .vtt тоже можно превратить в документы.\n\n<b>Счёт.</b> /balance — кредиты и промокоды. Сейчас всё бесплатно.\n\n/cancel отменяет то, что вы сейчас вводите.',
  'privacy.text':
    '<b>Ваши данные — ваши.</b>\n\n• Фотографии аватара удаляются после обучения, остаётся одна для карточки. Для обучения они передаются FAL AI и удаляются там через сутки.\n• Записи и тексты видите только вы; для расшифровки и документов они передаются языковой модели.\n• Аватар, картинку или запись можно удалить в их карточках — файлы удаляются вместе с ними.',
  'test.banner': '🧪 <b>Тестовый режим:</b> обучение и картинки имитируются, это не настоящий результат.',
  'unknown.text':
    'Я не поняла, что с этим сделать. Пришлите голосовое, аудио или видео — или выберите в меню.',
  'unknown.file':
    'С такими файлами я не работаю. Подойдут аудио, видео и тексты (.txt, .md, .srt, .vtt), а для аватара — фотографии.',
  'group.no_files':
    'В этой группе мне нельзя отправлять файлы, а в личном чате вы мне ещё не писали. Откройте @{{bot}}, нажмите «Старт» — готовое ждёт в меню.',
  'group.how':
    'В группе ответьте командой /transcribe на голосовое, аудио или видео. Всё остальное — в личном чате: @{{bot}}.',
  'cancel.nothing': 'Сейчас отменять нечего.',
  'cancel.done': 'Хорошо, отменила.',
  'button.outdated': 'Эта кнопка устарела. Откройте меню: /menu',
  'button.of_another': 'Эта кнопка — для другого участника.',
  'trouble.text':
    'Не получилось обработать ваше сообщение — это наша ошибка, мы её уже видим. Попробуйте ещё раз: /menu',
} as const;

export const kk = {
  'name.ru': 'Русский',
  'name.kk': 'Қазақша',
  'name.en': 'English',
  'command.start': 'Бастау',
  'command.menu': 'Басты мәзір',
  'command.avatars': 'Аватарларым',
  'command.new_avatar': 'Жаңа аватар',
  'command.imagine': 'Сурет салу',
  'command.gallery': 'Галерея',
  'command.transcribe': 'Дауыстан мәтінге',
  'command.history': 'Жазбалар тарихы',
  'command.balance': 'Баланс',
  'command.language': 'Тіл',
  'command.help': 'Көмек',
  'command.cancel': 'Ағымдағы әрекетті тоқтату',
  'command.privacy': 'Деректеріңіз',
  'menu.hello': 'Сәлеметсіз бе, {{name}}! Мен — Aisha.',
  'menu.text':
    'Менің қолымнан екі іс келеді:\n\n🧑‍🎨 <b>ЖИ-аватарыңыз</b> — 10–20 фото жіберіңіз, модельді оқытып, сіздің суретіңізді саламын.\n🎙 <b>Дауыстан құжатқа</b> — дауыстық хабарлама, аудио не видео жіберіңіз, мәтінін, қысқаша мазмұнын, істер тізімін немесе хаттамасын аласыз.\n\nДауыстық хабарлама жібере салыңыз немесе таңдаңыз:',
  'menu.avatars': '🧑‍🎨 Аватарлар',
  'menu.imagine': '🎨 Сурет салу',
  'menu.gallery': '🖼 Галерея',
  'menu.transcribe': '🎙 Дауыстан мәтінге',
  'menu.history': '🗂 Тарих',
  'menu.balance': '💰 Баланс',
  'menu.language': '🌐 Тіл',
  'menu.help': '❓ Көмек',
  'button.back': '‹ Артқа',
  'button.menu': '☰ Мәзір',
  'button.cancel': '✖️ Бас тарту',
  'button.delete': '🗑 Жою',
  'button.prev': '‹',
  'button.next': '›',
  'language.title': 'Тілді таңдаңыз:',
  'language.chosen': 'Дайын: енді қазақша сөйлеймін.',
  'help.text':
    '<b>Аватар.</b> /new_avatar → түрі, аты, 10–20 фото (JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP, GIF, JPEG XL — фото, файл, альбом не zip; қысқа қабырғасы кемінде 512 пиксель). Оқыту бірнеше минутқа созылады, барысы хабарламада көрініп тұрады, қаласаңыз, тоқтата аласыз.\n\n<b>Суреттер.</b> /imagine және кез келген тілдегі сипаттама.\n\n<b>Дауыс.</b> Дауыстық хабарлама, аудио, видео немесе 20 МБ-қа дейінгі файл жіберіңіз. Мәтінін жіберемін, одан қысқаша мазмұн, істер тізімі, хаттама жасап беремін. Топта дауыстық хабарламаға /transcribe пәрменімен жауап беріңіз.\n\n<b>Мәтіндер.</b> .txt, .md, .srt, .vtt файлдарынан да құжат жасауға болады.\n\n<b>Шот.</b> /balance — кредиттер мен промокодтар. Қазір бәрі тегін.\n\n/cancel — қазір енгізіп жатқаныңыздан бас тарту.',
  'privacy.text':
    '<b>Деректеріңіз — өзіңіздікі.</b>\n\n• Аватар фотолары оқытудан кейін жойылады, карточкаға біреуі ғана қалады. Оқыту үшін олар FAL AI-ға жіберіледі де, бір тәуліктен кейін ол жақтан жойылады.\n• Жазбалар мен мәтіндерді тек сіз көресіз; мәтінге түсіру және құжат жасау үшін олар тілдік модельге жіберіледі.\n• Аватарды, суретті немесе жазбаны карточкасынан жоюға болады — файлдары да бірге жойылады.',
  'test.banner': '🧪 <b>Сынақ режимі:</b> оқыту мен сурет салу имитацияланады, бұл нағыз нәтиже емес.',
  'unknown.text':
    'Мұнымен не істеу керегін түсінбедім. Дауыстық хабарлама, аудио не видео жіберіңіз — немесе мәзірден таңдаңыз.',
  'unknown.file':
    'Мұндай файлдармен жұмыс істемеймін. Аудио, видео мен мәтін (.txt, .md, .srt, .vtt), ал аватарға фото жарайды.',
  'group.no_files':
    'Бұл топта маған файл жіберуге болмайды, ал жеке чатта маған әлі жазбағансыз. @{{bot}} ашып, «Бастау» түймесін басыңыз — дайын нәтиже мәзірде күтіп тұр.',
  'group.how':
    'Топта дауыстық хабарламаға, аудиоға не видеоға /transcribe пәрменімен жауап беріңіз. Қалғаны — жеке чатта: @{{bot}}.',
  'cancel.nothing': 'Қазір тоқтататын ештеңе жоқ.',
  'cancel.done': 'Жақсы, тоқтаттым.',
  'button.outdated': 'Бұл түйме ескірген. Мәзірді ашыңыз: /menu',
  'button.of_another': 'Бұл батырма басқа қатысушыға арналған.',
  'trouble.text':
    'Хабарламаңызды өңдей алмадым — бұл біздің қатеміз, оны көріп отырмыз. Қайталап көріңіз: /menu',
} as const satisfies Translation<typeof ru>;

export const en = {
  'name.ru': 'Русский',
  'name.kk': 'Қазақша',
  'name.en': 'English',
  'command.start': 'Start',
  'command.menu': 'Main menu',
  'command.avatars': 'My avatars',
  'command.new_avatar': 'New avatar',
  'command.imagine': 'Draw a picture',
  'command.gallery': 'Gallery',
  'command.transcribe': 'Speech to text',
  'command.history': 'My recordings',
  'command.balance': 'Balance',
  'command.language': 'Language',
  'command.help': 'Help',
  'command.cancel': 'Cancel what you are doing',
  'command.privacy': 'Your data',
  'menu.hello': 'Hello, {{name}}! I’m Aisha.',
  'menu.text':
    'I do two things:\n\n🧑‍🎨 <b>Your AI avatar</b> — send 10–20 photos, I’ll train a model and draw you.\n🎙 <b>Speech to documents</b> — send a voice message, audio or video and get the text, a summary, a to-do list or minutes.\n\nJust send a voice message, or choose:',
  'menu.avatars': '🧑‍🎨 Avatars',
  'menu.imagine': '🎨 Draw',
  'menu.gallery': '🖼 Gallery',
  'menu.transcribe': '🎙 Speech to text',
  'menu.history': '🗂 History',
  'menu.balance': '💰 Balance',
  'menu.language': '🌐 Language',
  'menu.help': '❓ Help',
  'button.back': '‹ Back',
  'button.menu': '☰ Menu',
  'button.cancel': '✖️ Cancel',
  'button.delete': '🗑 Delete',
  'button.prev': '‹',
  'button.next': '›',
  'language.title': 'Choose your language:',
  'language.chosen': 'Done: I’ll speak English.',
  'help.text':
    '<b>Avatar.</b> /new_avatar → type, name, 10–20 photos (JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP, GIF, JPEG XL — photos, files, albums or a zip; shorter side at least 512 pixels). Training takes a few minutes; you can follow it in the message and cancel it.\n\n<b>Pictures.</b> /imagine and a description in any language.\n\n<b>Speech.</b> Send a voice message, audio, video or a file up to 20 MB. You get the text, and from it a summary, a to-do list or a protocol. In a group, reply to a voice message with /transcribe.\n\n<b>Texts.</b> .txt, .md, .srt and .vtt files can be turned into documents too.\n\n<b>Account.</b> /balance shows your credits and takes promo codes. Everything is free at the moment.\n\n/cancel cancels what you are entering right now.',
  'privacy.text':
    '<b>Your data is yours.</b>\n\n• Avatar photos are deleted after training, except one kept for the card. For training they are sent to FAL AI, which deletes them after a day.\n• Only you see your recordings and texts; to be transcribed and turned into documents they are sent to a language model.\n• You can delete an avatar, a picture or a recording from its card — the files go with it.',
  'test.banner': '🧪 <b>Test mode:</b> training and pictures are simulated, this is not a real result.',
  'unknown.text':
    'I’m not sure what to do with that. Send a voice message, audio or video — or choose from the menu.',
  'unknown.file':
    'I can’t work with files like this. Audio, video and texts (.txt, .md, .srt, .vtt) will do, and photos for an avatar.',
  'group.no_files':
    'I may not send files in this group, and you have not written to me in private yet. Open @{{bot}} and press Start: what is ready waits in the menu.',
  'group.how':
    'In a group, reply to a voice message, audio or video with /transcribe. Everything else is in our private chat: @{{bot}}.',
  'cancel.nothing': 'There is nothing to cancel right now.',
  'cancel.done': 'All right, cancelled.',
  'button.outdated': 'This button is out of date. Open the menu: /menu',
  'button.of_another': 'This button is for another member.',
  'trouble.text':
    'I couldn’t process your message — that’s our mistake, and we can already see it. Please try again: /menu',
} as const satisfies Translation<typeof ru>;
