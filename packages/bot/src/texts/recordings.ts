import type { Translation } from './translation.ts';

export const ru = {
  'transcribe.how':
    '🎙 Пришлите или перешлите голосовое, аудио, видео или файл — до 20 МБ — либо прямую ссылку на файл. Длинные записи режу по паузам и собираю без потерь.\n\nВ группе: ответьте на голосовое командой /transcribe.',
  'transcribe.reply': 'Ответьте этой командой на голосовое, аудио или видео.',
  vocabulary: '📖 Имена и термины',
  'vocabulary.how':
    '📖 <b>Имена и термины</b>\n\nИх ждут при распознавании, если сервис это умеет. Напишите через запятую, чтобы добавить; со знаком «-» впереди — чтобы убрать.',
  'vocabulary.none': 'Пока ничего нет.',
  'vocabulary.clear': '🗑 Убрать все',
  'transcribe.too_big':
    'Файл больше {{limit}} МБ — столько Telegram боту не отдаёт. Сожмите его или разделите на части.',
  'recording.title.voice': 'Голосовое {{date}}',
  'recording.title.audio': 'Аудио {{date}}',
  'recording.title.video': 'Видео {{date}}',
  'recording.title.video_note': 'Кружок {{date}}',
  'recording.title.link': 'Запись по ссылке {{date}}',
  'recording.title.voices': 'Голосовые {{date}}',
  'recording.title.merged': 'Объединённая запись {{date}}',
  'recording.title.document': 'Файл {{date}}',
  'recording.title.text': 'Текст {{date}}',
  'recording.file': 'Текст целиком — в файле. Начало:\n\n{{preview}}',
  'recording.lost': '⚠️ Файл повреждён: не удалось прочитать {{duration}} записи.',
  'recording.missing': '⚠️ Не удалось распознать, и за это не списано: {{stretches}}.',
  'recording.stopped': '⏹ Остановлено; не распознано и не списано: {{stretches}}.',
  'texts.album': '📄 Это несколько документов. Прочитать каждый? Текст каждого придёт отдельным сообщением.',
  'texts.read': '📄 Прочитать все',
  'recording.card': '<b>{{title}}</b>\n{{date}}{{duration}}\n\n{{preview}}',
  'recording.delete.ask': 'Удалить запись «{{title}}», её текст и документы?',
  'recording.delete.yes': 'Да, удалить',
  'recording.deleted': 'Запись удалена.',
  'history.title': '<b>История</b> — страница {{page}} из {{count}}',
  'history.empty': 'Здесь появятся ваши записи. Пришлите голосовое, аудио или видео.',
} as const;

export const kk = {
  'transcribe.how':
    '🎙 Дауыстық хабарлама, аудио, видео немесе файл жіберіңіз — 20 МБ-қа дейін, басқа чаттан да болады, не файлдың тікелей сілтемесін. Ұзақ жазбаны кідірістерінен бөліп, бір сөзін жоғалтпай қайта біріктіремін.\n\nТопта: дауыстық хабарламаға /transcribe пәрменімен жауап беріңіз.',
  'transcribe.reply': 'Бұл пәрменмен дауыстық хабарламаға, аудиоға немесе видеоға жауап беріңіз.',
  vocabulary: '📖 Есімдер мен терминдер',
  'vocabulary.how':
    '📖 <b>Есімдер мен терминдер</b>\n\nСервис мұны қолдаса, тану кезінде осы сөздер ескеріледі. Қосу үшін үтір арқылы жазыңыз; алып тастау үшін алдына «-» қойыңыз.',
  'vocabulary.none': 'Әзірге ештеңе жоқ.',
  'vocabulary.clear': '🗑 Бәрін алып тастау',
  'transcribe.too_big':
    'Файл {{limit}} МБ-тан үлкен — Telegram ботқа мұндай файлды бермейді. Оны сығыңыз немесе бірнеше бөлікке бөліңіз.',
  'recording.title.voice': 'Дауыстық хабарлама {{date}}',
  'recording.title.audio': 'Аудио {{date}}',
  'recording.title.video': 'Видео {{date}}',
  'recording.title.video_note': 'Дөңгелек видео {{date}}',
  'recording.title.link': 'Сілтеме бойынша жазба {{date}}',
  'recording.title.voices': 'Дауыстық хабарламалар {{date}}',
  'recording.title.merged': 'Біріктірілген жазба {{date}}',
  'recording.title.document': 'Файл {{date}}',
  'recording.title.text': 'Мәтін {{date}}',
  'recording.file': 'Толық мәтін — файлда. Басы:\n\n{{preview}}',
  'recording.lost': '⚠️ Файл бүлінген: жазбаның {{duration}} бөлігін оқи алмадым.',
  'recording.missing': '⚠️ Тани алмадым, ол үшін ештеңе алынбады: {{stretches}}.',
  'recording.stopped': '⏹ Тоқтатылды; танылмаған, ақысы алынбаған бөлігі: {{stretches}}.',
  'texts.album': '📄 Бұл — бірнеше құжат. Әрқайсысын оқып берейін бе? Әр мәтін жеке хабарламамен келеді.',
  'texts.read': '📄 Бәрін оқу',
  'recording.card': '<b>{{title}}</b>\n{{date}}{{duration}}\n\n{{preview}}',
  'recording.delete.ask': '«{{title}}» жазбасы, мәтіні және құжаттары жойылсын ба?',
  'recording.delete.yes': 'Иә, жою',
  'recording.deleted': 'Жазба жойылды.',
  'history.title': '<b>Тарих</b> — {{count}} беттің {{page}}-беті',
  'history.empty': 'Жазбаларыңыз осында пайда болады. Дауыстық хабарлама, аудио не видео жіберіңіз.',
} as const satisfies Translation<typeof ru>;

export const en = {
  'transcribe.how':
    '🎙 Send or forward a voice message, audio, video or a file — up to 20 MB — or a direct link to a file. I cut long recordings at pauses and put them back together without losing a word.\n\nIn a group: reply to a voice message with /transcribe.',
  'transcribe.reply': 'Use this command as a reply to a voice message, audio or video.',
  vocabulary: '📖 Names and terms',
  'vocabulary.how':
    '📖 <b>Names and terms</b>\n\nThey are expected when speech is recognised, where the service can. Write them with commas between to add them, with a “-” before to remove them.',
  'vocabulary.none': 'Nothing here yet.',
  'vocabulary.clear': '🗑 Remove them all',
  'transcribe.too_big':
    'The file is over {{limit}} MB — more than Telegram hands to a bot. Compress it or split it into parts.',
  'recording.title.voice': 'Voice message {{date}}',
  'recording.title.audio': 'Audio {{date}}',
  'recording.title.video': 'Video {{date}}',
  'recording.title.video_note': 'Video message {{date}}',
  'recording.title.link': 'Recording from a link {{date}}',
  'recording.title.voices': 'Voice messages {{date}}',
  'recording.title.merged': 'Merged recording {{date}}',
  'recording.title.document': 'File {{date}}',
  'recording.title.text': 'Text {{date}}',
  'recording.file': 'The full text is in the file. It begins:\n\n{{preview}}',
  'recording.lost': '⚠️ The file is damaged: {{duration}} of the recording could not be read.',
  'recording.missing': '⚠️ Could not be recognised, and was not charged: {{stretches}}.',
  'recording.stopped': '⏹ Stopped; not recognised and not charged: {{stretches}}.',
  'texts.album':
    '📄 These are several documents. Shall I read each of them? Every text comes as a message of its own.',
  'texts.read': '📄 Read them all',
  'recording.card': '<b>{{title}}</b>\n{{date}}{{duration}}\n\n{{preview}}',
  'recording.delete.ask': 'Delete the recording “{{title}}”, its text and documents?',
  'recording.delete.yes': 'Yes, delete',
  'recording.deleted': 'Recording deleted.',
  'history.title': '<b>History</b> — page {{page}} of {{count}}',
  'history.empty': 'Your recordings will appear here. Send a voice message, audio or video.',
} as const satisfies Translation<typeof ru>;
