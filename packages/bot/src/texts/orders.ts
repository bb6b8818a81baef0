import type { Translation } from './translation.ts';

export const ru = {
  'order.training': 'Обучение аватара',
  'order.image': 'Картинка',
  'order.transcription': 'Расшифровка',
  'order.document': 'Документ',
  'stage.queued': 'Принято, начинаю…',
  'stage.uploading': 'Отправляю фотографии…',
  'stage.submitting': 'Отправляю заказ…',
  'stage.provider_queue': 'В очереди',
  'stage.position': 'перед вами: {{position}}',
  'stage.training': 'Обучаю модель',
  'stage.drawing': 'Рисую…',
  'stage.checking_prompt': 'Читаю описание…',
  'stage.collecting': 'Забираю и проверяю результат…',
  'stage.downloading': 'Скачиваю файл…',
  'stage.cutting': 'Слушаю запись…',
  'stage.transcribing': 'Расшифровываю',
  'stage.provider_silent': 'Сервис, который это делает, пока не отвечает. Пробую снова — до {{until}}',
  'stage.writing': 'Пишу документ',
  'stage.over_budget':
    'На сегодня мы сделали столько, сколько могли. Заказ принят и ждёт: начну до {{until}}, а то и раньше.',
  'stage.provider_closed':
    'Сервис, который это делает, временно недоступен по нашей вине: поставщик приостановил работу, и мы этим уже занимаемся. Заказ принят и ждёт: начну, как только смогу, и напишу вам. Списано ничего не будет, пока нет результата. Жду до {{until}}.',
  'stage.minutes': '{{done}} из {{total}} мин',
  'stage.sections': 'части: {{done}} из {{total}}',
  'order.succeeded': '✅ Готово',
  'order.cancelled': 'Отменено.',
  'order.failed': '❌ Не получилось',
  'limit.too_many_under_way':
    '⏳ Сейчас в работе столько ваших заказов, сколько можно. Дождитесь, пока один из них закончится, и пришлите снова.',
  'limit.too_many_a_minute': '⏳ Слишком много заказов за минуту. Подождите немного и попробуйте снова.',
  'limit.too_many_a_day':
    '🌙 На сегодня хватит: вы заказали столько, сколько можно за день. Завтра продолжим.',
  'limit.too_many_credits_a_day':
    '🌙 На сегодня хватит: потрачено столько кредитов, сколько можно за день. Завтра продолжим.',
  'limit.updates':
    '🐢 Я не успеваю за вами: слишком много сообщений за минуту. Часть я не прочитала. Подождите минуту, пожалуйста.',
  'service.back':
    '✅ Сервис, который был недоступен, снова работает. Если заказ вам ещё нужен, закажите его снова.',
  'service.goes_on':
    '✅ Сервис снова работает: ваш заказ, который ждал, уже в работе. Делать ничего не нужно.',
  'order.again': '🔁 Попробовать ещё раз',
  'order.again.under_way': 'Уже заказано ещё раз.',
  'order.again.gone': 'Повторить не получится: этого больше нет. Закажите заново, пожалуйста.',
  'order.cancel.late': 'Уже поздно отменять: заказ завершён.',
  'order.stop': '⏹ Хватит, отдать готовое',
  'order.stopping': 'Останавливаю: пришлю то, что уже распознано. Остальное ничего не стоит.',
  'charged.nothing': 'С вас ничего не списано.',
  'failure.provider_account':
    'Сервис временно недоступен по нашей вине: поставщик приостановил работу. Мы уже занимаемся этим.',
  'failure.provider_model':
    'Эта часть сервиса временно недоступна по нашей вине: поставщик не даёт нам нужную модель. Остальное работает, а этим мы уже занимаемся.',
  'failure.provider_down': 'Сервис, который выполняет работу, сейчас не справился. Попробуйте позже.',
  'failure.provider_unconfirmed':
    'Сервис не подтвердил, что принял заказ, и результата мы не дождались. Попробуйте ещё раз.',
  'failure.provider_refused': 'Сервис не принял этот заказ. Попробуйте изменить его.',
  'failure.content_policy':
    'Это описание или текст не проходит правила безопасности. Измените его, пожалуйста.',
  'failure.flagged':
    'Картинка не прошла проверку безопасности, поэтому я её не показываю. Измените описание.',
  'failure.bad_photos': 'Сервис не смог прочитать часть фотографий. Замените их и попробуйте снова.',
  'failure.photos_minor':
    'На фотографиях, похоже, человек младше 18 лет. Аватары таких людей не делаются, кредиты не списаны. Если это ошибка, замените такие снимки другими.',
  'failure.photos_nudity':
    'Среди фотографий, похоже, есть обнажённые. Аватар по ним не делается, кредиты не списаны. Замените их снимками в одежде и попробуйте снова.',
  'failure.photos_unjudged':
    'Не удалось проверить фотографии, поэтому ничего не начато и кредиты не списаны. Фотографии сохранены: попробуйте, пожалуйста, немного позже.',
  'failure.no_face': 'На фотографиях не найдено лицо. Добавьте снимки, где лицо хорошо видно.',
  'failure.too_few_photos': 'Фотографий слишком мало: нужно хотя бы десять.',
  'failure.timeout': 'Работа заняла слишком много времени, поэтому я её остановила.',
  'failure.result_gone': 'Сервис потерял результат. Попробуйте ещё раз.',
  'failure.bad_result':
    'Сервис прислал повреждённый результат, поэтому я его не показываю. Попробуйте ещё раз.',
  'failure.file_too_big':
    'Файл больше 20 МБ — столько Telegram боту не отдаёт. Сожмите его или разделите на части.',
  'failure.file_unreachable':
    'Я не смогла забрать этот файл: ошибка на нашем сервере, с вашим файлом всё в порядке. Мы её уже видим. Попробуйте позже.',
  'failure.file_gone': 'Telegram больше не отдаёт этот файл. Пришлите его ещё раз.',
  'failure.link_gone':
    'По ссылке нет файла, или он не пришёл вовремя. Проверьте, открывается ли она без входа.',
  'failure.link_refused': 'По этой ссылке я не хожу: годятся только открытые адреса в интернете.',
  'failure.link_page': 'Ссылка ведёт на страницу, а не на файл. Нужна прямая ссылка на аудио или видео.',
  'failure.not_media': 'В этом файле нет звука, который можно прочитать. Возможно, он повреждён.',
  'failure.no_sound': 'В этом видео нет звука, из которого можно сделать текст.',
  'failure.damaged':
    'Файл повреждён: прочитать из него ничего не удалось. Пришлите его ещё раз, если он открывается у вас.',
  'failure.too_long': 'Запись длиннее двенадцати часов. Разделите её на части, пожалуйста.',
  'failure.too_costly':
    'Этот файл слишком сложен: я не смогла прочитать его за разумное время. Сохраните его в другом формате.',
  'failure.unknown_file': 'Такие файлы я не читаю: это не звук, не видео и не текст.',
  'failure.text_too_long': 'Этот текст длиннее трёх миллионов знаков. Разделите его на части, пожалуйста.',
  'failure.scanned':
    'В этом документе только картинки страниц, без текста. Пришлите документ, в котором текст можно выделить.',
  'failure.locked': 'Этот документ закрыт паролем. Сохраните его без пароля и пришлите ещё раз.',
  'failure.too_much_of_one':
    'Здесь нужно больше работы, чем я делаю за один раз. Разделите это на части, пожалуйста.',
  'failure.too_much_today': 'На сегодня ваш дневной предел исчерпан. Продолжим завтра.',
  'failure.not_text': 'Этот файл не похож на текст.',
  'failure.empty_file': 'Файл пустой.',
  'failure.silence': 'В записи тишина: речи не слышно.',
  'failure.masked':
    'Вы просили скрывать личные данные от моделей, а на фото их не скрыть, поэтому я его не читаю. Это можно изменить в /settings.',
  'failure.nothing_to_write': 'В записи нет текста, из которого можно сделать документ.',
  'failure.export_too_long':
    'Страниц получилось больше, чем помещается в один файл. Возьмите TXT или Markdown.',
  'failure.export_no_letters':
    'В шрифтах, которые я кладу в PDF, нет букв этого языка. Возьмите Word (DOCX) — там всё читается.',
  'failure.export_empty': 'Для этого формата здесь ничего нет. Выберите другой.',
  'failure.internal': 'Произошла ошибка на нашей стороне. Мы её уже видим. Попробуйте ещё раз.',
  'alarm.model':
    '🚨 Поставщик {{provider}} не даёт нам модель {{model}} ({{use}}): {{reason}}. Останавливается только это, ничего не списывается, остальная работа идёт.',
  'use.speech': 'распознавание речи',
  'use.text': 'документы и перевод описаний',
  'use.vision': 'чтение картинок',
  'use.moderation': 'проверка описаний картинок; без неё картинки не рисуются',
  'use.trainer': 'обучение аватаров',
  'use.generator': 'картинки',
  'use.other': 'другая работа',
  'outage.model': 'модели нет, или нашему ключу она не разрешена',
  'outage.country': 'из страны сервера она не доступна',
  'alarm.text':
    '🚨 Поставщик {{provider}} отказывает нашему аккаунту: {{reason}}. Заказы к нему останавливаются, ничего не списывается.',
  'alarm.unreadable':
    '🚨 Уже две минуты не читается состояние запросов у поставщика {{provider}}: {{reason}}. Заказы ждут, ничего не отправляется второй раз.',
  'order.series': 'Серия картинок',
  'order.edit': 'Изменение картинки',
  'order.upscale': 'Увеличение картинки',
  'order.video': 'Видео из картинки',
  'order.style_preview': 'Образец стиля',
  'failure.undressing':
    'Я не раздеваю людей на картинках и не рисую их без одежды. Измените описание, пожалуйста.',
  'failure.real_person':
    'В описании назван реальный человек. Без его согласия я его не рисую. Уберите имя или опишите вымышленного персонажа.',
  'failure.no_photos_left':
    'У этого аватара не осталось фото, по которым можно рисовать. Создайте мгновенный аватар из одного или нескольких фото.',
  'failure.picture_gone': 'Исходной картинки уже нет: её удалили.',
} as const;

export const kk = {
  'order.training': 'Аватарды оқыту',
  'order.image': 'Сурет',
  'order.transcription': 'Мәтінге түсіру',
  'order.document': 'Құжат',
  'stage.queued': 'Қабылданды, бастап жатырмын…',
  'stage.uploading': 'Фотоларды жіберіп жатырмын…',
  'stage.submitting': 'Тапсырысты жіберіп жатырмын…',
  'stage.provider_queue': 'Кезекте',
  'stage.position': 'алдыңызда: {{position}}',
  'stage.training': 'Модельді оқытып жатырмын',
  'stage.drawing': 'Сурет салып жатырмын…',
  'stage.checking_prompt': 'Сипаттаманы оқып жатырмын…',
  'stage.collecting': 'Нәтижені алып, тексеріп жатырмын…',
  'stage.downloading': 'Файлды жүктеп алып жатырмын…',
  'stage.cutting': 'Жазбаны тыңдап жатырмын…',
  'stage.transcribing': 'Мәтінге түсіріп жатырмын',
  'stage.provider_silent':
    'Мұны орындайтын сервис әзірге жауап бермейді. Қайта көріп жатырмын — {{until}} дейін',
  'stage.writing': 'Құжат жазып жатырмын',
  'stage.over_budget':
    'Бүгін қолымыздан келгеннің бәрін жасадық. Тапсырыс қабылданды, кезекте тұр: {{until}} дейін, тіпті ертерек бастаймын.',
  'stage.provider_closed':
    'Мұны орындайтын сервис біздің кінәмізден уақытша қолжетімсіз: жеткізуші жұмысын тоқтата тұрды, біз онымен айналысып жатырмыз. Тапсырыс қабылданды, күтіп тұр: мүмкін болған бойда бастаймын және хабарлаймын. Нәтиже болмайынша ештеңе есептен шықпайды. Күту мерзімі: {{until}}.',
  'stage.minutes': '{{done}} / {{total}} мин',
  'stage.sections': 'бөліктер: {{done}} / {{total}}',
  'order.succeeded': '✅ Дайын',
  'order.cancelled': 'Тоқтатылды.',
  'order.failed': '❌ Сәтсіз аяқталды',
  'limit.too_many_under_way':
    '⏳ Қазір орындалып жатқан тапсырыстарыңыз жеткілікті. Біреуі аяқталғанша күтіп, қайта жіберіңіз.',
  'limit.too_many_a_minute': '⏳ Бір минутта тым көп тапсырыс келді. Сәл күтіп, қайталап көріңіз.',
  'limit.too_many_a_day':
    '🌙 Бүгінге жетеді: күніне беруге болатын тапсырыстардың бәрін бердіңіз. Ертең жалғастырамыз.',
  'limit.too_many_credits_a_day':
    '🌙 Бүгінге жетеді: күніне жұмсауға болатын кредиттердің бәрі жұмсалды. Ертең жалғастырамыз.',
  'limit.updates':
    '🐢 Мен үлгермей жатырмын: бір минутта хабарлама тым көп. Бір бөлігін оқымадым. Бір минут күте тұрыңызшы.',
  'service.back':
    '✅ Қолжетімсіз болған сервис қайта жұмыс істеп тұр. Тапсырыс әлі керек болса, қайта беріңіз.',
  'service.goes_on':
    '✅ Сервис қайта жұмыс істеп тұр: күтіп тұрған тапсырысыңыз орындалып жатыр. Ештеңе істеудің қажеті жоқ.',
  'order.again': '🔁 Тағы бір рет көру',
  'order.again.under_way': 'Қайта тапсырыс берілген.',
  'order.again.gone': 'Қайталау мүмкін емес: бұл енді жоқ. Жаңадан тапсырыс беріңізші.',
  'order.cancel.late': 'Енді тоқтату кеш: тапсырыс аяқталған.',
  'order.stop': '⏹ Жетеді, дайынын беру',
  'order.stopping': 'Тоқтатып жатырмын: танылған бөлігін жіберемін. Қалғаны үшін ештеңе алынбайды.',
  'charged.nothing': 'Сізден ештеңе алынған жоқ.',
  'failure.provider_account':
    'Сервис біздің кінәмізден уақытша қолжетімсіз: провайдер жұмысты тоқтатып қойды. Мәселені шешіп жатырмыз.',
  'failure.provider_model':
    'Қызметтің бұл бөлігі біздің кінәмізден уақытша қолжетімсіз: жеткізуші қажетті модельді бізге бермей тұр. Қалғаны жұмыс істейді, ал мұнымен айналысып жатырмыз.',
  'failure.provider_down': 'Жұмысты орындайтын сервис қазір оны атқара алмады. Кейінірек қайталап көріңіз.',
  'failure.provider_unconfirmed':
    'Сервис тапсырысты қабылдағанын растамады, нәтижесі де келмеді. Қайталап көріңіз.',
  'failure.provider_refused': 'Сервис бұл тапсырысты қабылдамады. Оны өзгертіп көріңіз.',
  'failure.content_policy': 'Бұл сипаттама немесе мәтін қауіпсіздік ережелеріне сай емес. Өзгертіңізші.',
  'failure.flagged':
    'Сурет қауіпсіздік тексеруінен өтпеді, сондықтан оны көрсетпеймін. Сипаттаманы өзгертіңіз.',
  'failure.bad_photos': 'Сервис фотолардың бір бөлігін оқи алмады. Оларды ауыстырып, қайталап көріңіз.',
  'failure.photos_minor':
    'Фотолардағы адам 18 жасқа толмаған сияқты. Мұндай адамдардың аватары жасалмайды, кредит алынған жоқ. Қате болса, ондай фотоларды басқасымен ауыстырыңыз.',
  'failure.photos_nudity':
    'Фотолардың арасында жалаңаш түскені бар сияқты. Олардан аватар жасалмайды, кредит алынған жоқ. Киіммен түскен фотоға ауыстырып, қайталап көріңіз.',
  'failure.photos_unjudged':
    'Фотоларды тексеру мүмкін болмады, сондықтан ештеңе басталған жоқ, кредит те алынған жоқ. Фотолар сақталды: сәл кейінірек қайталап көріңізші.',
  'failure.no_face': 'Фотолардан адам жүзі табылмады. Жүзі анық көрінетін фотолар қосыңыз.',
  'failure.too_few_photos': 'Фото тым аз: кемінде он фото керек.',
  'failure.timeout': 'Жұмыс тым ұзаққа созылды, сондықтан оны тоқтаттым.',
  'failure.result_gone': 'Сервис нәтижені жоғалтып алды. Қайталап көріңіз.',
  'failure.bad_result': 'Сервис бүлінген нәтиже жіберді, сондықтан оны көрсетпеймін. Қайталап көріңіз.',
  'failure.file_too_big':
    'Файл 20 МБ-тан үлкен — Telegram ботқа мұндай файлды бермейді. Оны сығыңыз немесе бірнеше бөлікке бөліңіз.',
  'failure.file_unreachable':
    'Бұл файлды ала алмадым: қате біздің серверде, файлыңыз дұрыс. Оны көріп отырмыз. Кейінірек қайталап көріңіз.',
  'failure.file_gone': 'Telegram бұл файлды енді бермейді. Қайта жіберіңіз.',
  'failure.link_gone':
    'Сілтемеде файл жоқ немесе ол уақытында келмеді. Сілтеме тіркелмей-ақ ашыла ма, тексеріңіз.',
  'failure.link_refused': 'Бұл сілтемемен бармаймын: тек интернеттегі ашық мекенжайлар жарайды.',
  'failure.link_page':
    'Сілтеме файлға емес, бетке апарады. Аудионың немесе бейненің тікелей сілтемесі керек.',
  'failure.not_media': 'Бұл файлда оқуға жарайтын дыбыс жоқ. Бәлкім, файл бүлінген.',
  'failure.no_sound': 'Бұл бейнеде мәтінге айналдыратын дыбыс жоқ.',
  'failure.damaged': 'Файл бүлінген: одан ештеңе оқи алмадым. Өзіңізде ашылса, қайта жіберіңіз.',
  'failure.too_long': 'Жазба он екі сағаттан ұзақ. Оны бөліктерге бөліңізші.',
  'failure.too_costly':
    'Бұл файл тым күрделі: оны лайықты уақытта оқи алмадым. Басқа форматта сақтап көріңіз.',
  'failure.unknown_file': 'Мұндай файлдарды оқымаймын: бұл дыбыс та, бейне де, мәтін де емес.',
  'failure.text_too_long': 'Бұл мәтін үш миллион таңбадан ұзын. Оны бөліктерге бөліңізші.',
  'failure.scanned':
    'Бұл құжатта мәтін жоқ, тек беттердің суреттері бар. Мәтінін белгілеуге болатын құжат жіберіңіз.',
  'failure.locked': 'Бұл құжат құпиясөзбен жабылған. Құпиясөзсіз сақтап, қайта жіберіңіз.',
  'failure.too_much_of_one': 'Мұнда мен бір жолда жасайтыннан көп жұмыс керек. Бөліктерге бөліңізші.',
  'failure.too_much_today': 'Бүгінгі күндік шегіңіз таусылды. Ертең жалғастырамыз.',
  'failure.not_text': 'Бұл файл мәтінге ұқсамайды.',
  'failure.empty_file': 'Файл бос.',
  'failure.silence': 'Жазбада тыныштық: сөз естілмейді.',
  'failure.masked':
    'Жеке деректерді модельдерден жасыруды сұрадыңыз, ал фотода оларды жасыру мүмкін емес, сондықтан оны оқымаймын. Мұны /settings бөлімінде өзгертуге болады.',
  'failure.nothing_to_write': 'Жазбада құжат жасайтын мәтін жоқ.',
  'failure.export_too_long': 'Бет саны бір файлға сыймайтын болды. TXT немесе Markdown таңдаңыз.',
  'failure.export_no_letters':
    'PDF-ке салатын қаріптерімде бұл тілдің әріптері жоқ. Word (DOCX) таңдаңыз — онда бәрі оқылады.',
  'failure.export_empty': 'Бұл пішім үшін мұнда ештеңе жоқ. Басқасын таңдаңыз.',
  'failure.internal': 'Біздің тарапта қате шықты, оны көріп отырмыз. Қайталап көріңіз.',
  'alarm.model':
    '🚨 {{provider}} жеткізушісі {{model}} моделін бізге бермейді ({{use}}): {{reason}}. Тек осы тоқтайды, ештеңе есептен шығарылмайды, қалған жұмыс жүріп жатыр.',
  'use.speech': 'сөзді тану',
  'use.text': 'құжаттар мен сипаттамаларды аудару',
  'use.vision': 'суреттерді оқу',
  'use.moderation': 'сурет сипаттамаларын тексеру; онсыз суреттер салынбайды',
  'use.trainer': 'аватарларды оқыту',
  'use.generator': 'суреттер',
  'use.other': 'басқа жұмыс',
  'outage.model': 'модель жоқ немесе біздің кілтке рұқсат етілмеген',
  'outage.country': 'сервер тұрған елден оған қол жетпейді',
  'alarm.text':
    '🚨 {{provider}} провайдері аккаунтымызды қабылдамай жатыр: {{reason}}. Оған тапсырыстар тоқтатылады, ештеңе алынбайды.',
  'alarm.unreadable':
    '🚨 {{provider}} жүйесіндегі сұраулардың күйі екі минуттан бері оқылмайды: {{reason}}. Тапсырыстар күтіп тұр, ештеңе екінші рет жіберілмейді.',
  'order.series': 'Суреттер топтамасы',
  'order.edit': 'Суретті өзгерту',
  'order.upscale': 'Суретті үлкейту',
  'order.video': 'Суреттен бейне',
  'order.style_preview': 'Стиль үлгісі',
  'failure.undressing':
    'Мен суретте адамдарды шешіндірмеймін және киімсіз салмаймын. Сипаттаманы өзгертіңізші.',
  'failure.real_person':
    'Сипаттамада шынайы адам аталған. Оның келісімінсіз салмаймын. Атын алып тастаңыз немесе ойдан шығарылған кейіпкерді сипаттаңыз.',
  'failure.no_photos_left':
    'Бұл аватардың сурет салуға болатын фотосы қалмаған. Бір немесе бірнеше фотодан жедел аватар жасаңыз.',
  'failure.picture_gone': 'Бастапқы сурет енді жоқ: ол жойылған.',
} as const satisfies Translation<typeof ru>;

export const en = {
  'order.training': 'Avatar training',
  'order.image': 'Picture',
  'order.transcription': 'Transcription',
  'order.document': 'Document',
  'stage.queued': 'Got it, starting…',
  'stage.uploading': 'Sending the photos…',
  'stage.submitting': 'Sending the order…',
  'stage.provider_queue': 'In the queue',
  'stage.position': 'ahead of you: {{position}}',
  'stage.training': 'Training the model',
  'stage.drawing': 'Drawing…',
  'stage.checking_prompt': 'Reading the description…',
  'stage.collecting': 'Fetching and checking the result…',
  'stage.downloading': 'Downloading the file…',
  'stage.cutting': 'Listening to the recording…',
  'stage.transcribing': 'Transcribing',
  'stage.provider_silent': 'The service that does this is not answering yet. Trying again until {{until}}',
  'stage.writing': 'Writing the document',
  'stage.over_budget':
    'We have done as much as we can for today. Your order is accepted and waits: I begin by {{until}}, maybe sooner.',
  'stage.provider_closed':
    'The service that does this is not available for now, and the fault is ours: the provider has suspended its work; we are on it. Your order is accepted and waits: I begin as soon as I can, and tell you. Nothing is charged before there is a result. It waits until {{until}}.',
  'stage.minutes': '{{done}} of {{total}} min',
  'stage.sections': 'parts: {{done}} of {{total}}',
  'order.succeeded': '✅ Done',
  'order.cancelled': 'Cancelled.',
  'order.failed': '❌ It didn’t work',
  'limit.too_many_under_way':
    '⏳ You have as many orders under way as possible. Wait until one of them is finished, then send it again.',
  'limit.too_many_a_minute': '⏳ Too many orders in one minute. Wait a little and try again.',
  'limit.too_many_a_day':
    '🌙 That’s enough for today: you have ordered as much as is possible in a day. Let’s go on tomorrow.',
  'limit.too_many_credits_a_day':
    '🌙 That is all for today: as many credits are spent as may be in a day. We go on tomorrow.',
  'limit.updates':
    '🐢 I can’t keep up with you: too many messages in one minute. Some of them I didn’t read. Please wait a minute.',
  'service.back':
    '✅ The service that was unavailable works again. If you still need your order, place it once more.',
  'service.goes_on':
    '✅ The service works again: your order that waited is under way. There is nothing you need to do.',
  'order.again': '🔁 Try again',
  'order.again.under_way': 'It has been ordered again already.',
  'order.again.gone': 'This cannot be repeated: it is gone. Please order it anew.',
  'order.cancel.late': 'Too late to cancel: the order is finished.',
  'order.stop': '⏹ Enough, give me what is done',
  'order.stopping': 'Stopping: you get what is recognised so far. The rest costs nothing.',
  'charged.nothing': 'You have not been charged.',
  'failure.provider_account':
    'The service is temporarily unavailable, and the fault is ours: the provider has suspended its work. We’re already on it.',
  'failure.provider_model':
    'This part of the service is unavailable for now, and it is our fault: the provider does not let us use the model for it. Everything else works, and we are on it.',
  'failure.provider_down': 'The service that does the work could not manage it just now. Please try later.',
  'failure.provider_unconfirmed':
    'The service did not confirm that it took the order, and the result never came. Please try again.',
  'failure.provider_refused': 'The service did not accept this order. Try changing it.',
  'failure.content_policy': 'This description or text breaks the safety rules. Please change it.',
  'failure.flagged':
    'The picture did not pass the safety check, so I’m not showing it. Please change the description.',
  'failure.bad_photos': 'The service could not read some of the photos. Replace them and try again.',
  'failure.photos_minor':
    'Somebody in the photos seems to be under 18. No avatars are made of such people, and no credits were taken. If this is a mistake, replace those photos.',
  'failure.photos_nudity':
    'Some of the photos seem to show nudity. No avatar is made from them, and no credits were taken. Replace them with photos in clothes and try again.',
  'failure.photos_unjudged':
    'The photos could not be checked, so nothing was begun and no credits were taken. The photos are kept: please try again a little later.',
  'failure.no_face': 'No face was found in the photos. Add some where the face is clearly visible.',
  'failure.too_few_photos': 'There are too few photos: at least ten are needed.',
  'failure.timeout': 'The work was taking too long, so I stopped it.',
  'failure.result_gone': 'The service lost the result. Please try again.',
  'failure.bad_result': 'The service sent a damaged result, so I’m not showing it. Please try again.',
  'failure.file_too_big':
    'The file is over 20 MB — more than Telegram hands to a bot. Compress it or split it into parts.',
  'failure.file_unreachable':
    'I could not fetch this file: the error is on our server, your file is fine. We can see it already. Please try later.',
  'failure.file_gone': 'Telegram no longer provides this file. Please send it again.',
  'failure.link_gone':
    'There is no file at this link, or it did not come in time. See whether it opens without signing in.',
  'failure.link_refused': 'I do not follow this link: only open addresses on the internet are taken.',
  'failure.link_page':
    'The link leads to a page, not to a file. A direct link to an audio or video is needed.',
  'failure.not_media': 'There is no sound in this file that I can read. It may be damaged.',
  'failure.no_sound': 'This video has no sound to make a text of.',
  'failure.damaged':
    'The file is damaged: nothing in it could be read. If it opens on your side, please send it again.',
  'failure.too_long': 'The recording is longer than twelve hours. Please split it.',
  'failure.too_costly':
    'This file is too complex: I could not read it in a reasonable time. Please save it in another format.',
  'failure.unknown_file': 'I can’t read files of this kind: it is neither sound, nor video, nor text.',
  'failure.text_too_long': 'This text is longer than three million characters. Please split it.',
  'failure.scanned':
    'This document holds only pictures of pages, no text. Please send one in which the text can be selected.',
  'failure.locked': 'This document asks for a password. Please save it without one and send it again.',
  'failure.too_much_of_one': 'This needs more work than I do at one go. Please split it into parts.',
  'failure.too_much_today': 'You have reached today’s limit. Let’s go on tomorrow.',
  'failure.not_text': 'This file doesn’t look like text.',
  'failure.empty_file': 'The file is empty.',
  'failure.silence': 'The recording is silent: no speech can be heard.',
  'failure.masked':
    'You asked for personal data to be hidden from models, which cannot be done in a photo, so I do not read it. You can change that in /settings.',
  'failure.nothing_to_write': 'There is no text in the recording to make a document from.',
  'failure.export_too_long': 'There are more pages than one file may have. Take TXT or Markdown.',
  'failure.export_no_letters':
    'The fonts that I put into a PDF lack the letters of this language. Take Word (DOCX): all of it can be read there.',
  'failure.export_empty': 'There is nothing here for this format. Choose another one.',
  'failure.internal': 'Something went wrong on our side. We can already see it. Please try again.',
  'alarm.model':
    '🚨 {{provider}} does not let us use the model {{model}} ({{use}}): {{reason}}. Only this stops, nothing is charged, all other work goes on.',
  'use.speech': 'speech recognition',
  'use.text': 'documents and translation of descriptions',
  'use.vision': 'reading of pictures',
  'use.moderation': 'the check of descriptions; without it no picture is drawn',
  'use.trainer': 'training of avatars',
  'use.generator': 'pictures',
  'use.other': 'other work',
  'outage.model': 'there is no such model, or our key may not use it',
  'outage.country': 'it is not served in the country of this server',
  'alarm.text':
    '🚨 Provider {{provider}} is rejecting our account: {{reason}}. Orders to it are being stopped, nothing is charged.',
  'alarm.unreadable':
    '🚨 What became of requests at {{provider}} has not been readable for two minutes: {{reason}}. The orders wait; nothing is ordered twice.',
  'order.series': 'Series of pictures',
  'order.edit': 'Picture edit',
  'order.upscale': 'Picture upscale',
  'order.video': 'Video from a picture',
  'order.style_preview': 'Style preview',
  'failure.undressing':
    'I do not undress people in pictures or draw them without clothes. Please change the description.',
  'failure.real_person':
    'The description names a real person. I do not draw people without their consent. Remove the name or describe an invented character.',
  'failure.no_photos_left':
    'No photos of this avatar are left to draw from. Create an instant avatar from one photo or more.',
  'failure.picture_gone': 'The original picture is gone: it was deleted.',
} as const satisfies Translation<typeof ru>;
