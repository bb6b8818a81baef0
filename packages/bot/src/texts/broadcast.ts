import type { Translation } from './translation.ts';

export const ru = {
  'admin.cast': '📣 Рассылки',
  'cast.title': '📣 <b>Рассылки</b>',
  'cast.none': '📣 Рассылок ещё не было.',
  'cast.new': '➕ Новая рассылка',
  'cast.ask':
    '📣 Пришлите сообщение, которое получат все: текст с любым оформлением или фотографию с подписью. Сначала покажу его вам.',
  'cast.draft': '📣 <b>Так это будет выглядеть</b> ⬆️\nПолучат: {{n}}. Кому отправить?',
  'cast.active.all': 'Все',
  'cast.active.days': '{{n}} дн.',
  'cast.language.all': 'Все языки',
  'cast.credits.all': 'Любые',
  'cast.credits.with': 'С кредитами',
  'cast.credits.without': 'Без кредитов',
  'cast.buttons': '🔗 Кнопки: {{n}}',
  'cast.buttons.ask':
    '🔗 Пришлите кнопки, каждую с новой строки:\n<code>Подробнее | https://example.com</code>',
  'cast.buttons.wrong':
    'Не понимаю. До восьми строк вида <code>Подробнее | https://example.com</code>, пожалуйста.',
  'cast.change': '✏️ Изменить',
  'cast.change.ask':
    '✏️ Пришлите новый текст или новое фото: они заменят прежние. Фото без подписи оставит текст как есть.',
  'cast.photo.drop': '🖼 Убрать фото',
  'cast.buttons.drop': '🗑 Убрать кнопки',
  'cast.too_long':
    'Под фото Telegram показывает не больше {{n}} знаков. Пришлите текст короче или сначала уберите фото.',
  'cast.preview': '👁 Показать',
  'cast.start': '🚀 Отправить: {{n}}',
  'cast.pause': '⏸ Приостановить',
  'cast.resume': '▶️ Продолжить',
  'cast.cancel': '❌ Отменить рассылку',
  'cast.state.draft': '📣 <b>Рассылка не начата</b>',
  'cast.state.running': '📣 <b>Рассылка идёт</b>',
  'cast.state.paused': '📣 <b>Рассылка приостановлена</b>',
  'cast.state.finished': '📣 <b>Рассылка закончена</b>',
  'cast.state.cancelled': '📣 <b>Рассылка отменена</b>',
  'cast.short.draft': 'не начата',
  'cast.short.running': 'идёт',
  'cast.short.paused': 'приостановлена',
  'cast.short.finished': 'закончена',
  'cast.short.cancelled': 'отменена',
  'cast.tally':
    'Получили: {{sent}}\nНедоступны (заблокировали бота или удалены): {{skipped}}\nTelegram не принял: {{refused}}\nНеизвестно, дошло ли (второй раз не отправлю): {{uncertain}}\nОсталось: {{left}}\nВремя: {{time}}',
} as const;

export const kk: Translation<typeof ru> = {
  'admin.cast': '📣 Таратулар',
  'cast.title': '📣 <b>Таратулар</b>',
  'cast.none': '📣 Әзірге тарату болған жоқ.',
  'cast.new': '➕ Жаңа тарату',
  'cast.ask':
    '📣 Барлығы алатын хабарды жіберіңіз: кез келген безендірілген мәтін немесе жазуы бар фото. Алдымен өзіңізге көрсетемін.',
  'cast.draft': '📣 <b>Ол осылай көрінеді</b> ⬆️\nАлады: {{n}}. Кімге жібереміз?',
  'cast.active.all': 'Барлығы',
  'cast.active.days': '{{n}} күн',
  'cast.language.all': 'Барлық тіл',
  'cast.credits.all': 'Кез келген',
  'cast.credits.with': 'Кредиті бар',
  'cast.credits.without': 'Кредиті жоқ',
  'cast.buttons': '🔗 Батырмалар: {{n}}',
  'cast.buttons.ask':
    '🔗 Батырмаларды әрқайсысын жаңа жолдан жіберіңіз:\n<code>Толығырақ | https://example.com</code>',
  'cast.buttons.wrong':
    'Түсінбедім. Сегіз жолға дейін, <code>Толығырақ | https://example.com</code> түрінде болсын.',
  'cast.change': '✏️ Өзгерту',
  'cast.change.ask':
    '✏️ Жаңа мәтін немесе жаңа фото жіберіңіз: олар бұрынғысын алмастырады. Жазуы жоқ фото мәтінді өзгертпейді.',
  'cast.photo.drop': '🖼 Фотоны алып тастау',
  'cast.buttons.drop': '🗑 Батырмаларды алып тастау',
  'cast.too_long':
    'Фото астында Telegram {{n}} таңбадан артық көрсетпейді. Қысқарақ мәтін жіберіңіз немесе алдымен фотоны алып тастаңыз.',
  'cast.preview': '👁 Көрсету',
  'cast.start': '🚀 Жіберу: {{n}}',
  'cast.pause': '⏸ Кідірту',
  'cast.resume': '▶️ Жалғастыру',
  'cast.cancel': '❌ Таратуды тоқтату',
  'cast.state.draft': '📣 <b>Тарату басталған жоқ</b>',
  'cast.state.running': '📣 <b>Тарату жүріп жатыр</b>',
  'cast.state.paused': '📣 <b>Тарату кідіртілді</b>',
  'cast.state.finished': '📣 <b>Тарату аяқталды</b>',
  'cast.state.cancelled': '📣 <b>Тарату тоқтатылды</b>',
  'cast.short.draft': 'басталмаған',
  'cast.short.running': 'жүріп жатыр',
  'cast.short.paused': 'кідіртілген',
  'cast.short.finished': 'аяқталған',
  'cast.short.cancelled': 'тоқтатылған',
  'cast.tally':
    'Алғандар: {{sent}}\nҚолжетімсіз (ботты бұғаттаған не жойылған): {{skipped}}\nTelegram қабылдамады: {{refused}}\nЖеткені белгісіз (екінші рет жібермеймін): {{uncertain}}\nҚалды: {{left}}\nУақыт: {{time}}',
};

export const en: Translation<typeof ru> = {
  'admin.cast': '📣 Broadcasts',
  'cast.title': '📣 <b>Broadcasts</b>',
  'cast.none': '📣 There was no broadcast yet.',
  'cast.new': '➕ New broadcast',
  'cast.ask':
    '📣 Send the message that everybody will get: text with any formatting, or a photo with a caption. I show it to you first.',
  'cast.draft': '📣 <b>This is how it will look</b> ⬆️\nWill get it: {{n}}. Who is it for?',
  'cast.active.all': 'Everybody',
  'cast.active.days': '{{n}} days',
  'cast.language.all': 'All languages',
  'cast.credits.all': 'Any',
  'cast.credits.with': 'With credits',
  'cast.credits.without': 'No credits',
  'cast.buttons': '🔗 Buttons: {{n}}',
  'cast.buttons.ask': '🔗 Send the buttons, one a line:\n<code>Read more | https://example.com</code>',
  'cast.buttons.wrong':
    'I do not understand. Up to eight lines like <code>Read more | https://example.com</code>, please.',
  'cast.change': '✏️ Change',
  'cast.change.ask':
    '✏️ Send a new text or a new photo: it takes the place of the old one. A photo without words leaves the text as it is.',
  'cast.photo.drop': '🖼 No photo',
  'cast.buttons.drop': '🗑 No buttons',
  'cast.too_long':
    'Telegram shows at most {{n}} characters below a photo. Send a shorter text, or take the photo away first.',
  'cast.preview': '👁 Show',
  'cast.start': '🚀 Send: {{n}}',
  'cast.pause': '⏸ Pause',
  'cast.resume': '▶️ Go on',
  'cast.cancel': '❌ Cancel the broadcast',
  'cast.state.draft': '📣 <b>The broadcast has not begun</b>',
  'cast.state.running': '📣 <b>The broadcast is under way</b>',
  'cast.state.paused': '📣 <b>The broadcast is paused</b>',
  'cast.state.finished': '📣 <b>The broadcast is finished</b>',
  'cast.state.cancelled': '📣 <b>The broadcast was cancelled</b>',
  'cast.short.draft': 'not begun',
  'cast.short.running': 'under way',
  'cast.short.paused': 'paused',
  'cast.short.finished': 'finished',
  'cast.short.cancelled': 'cancelled',
  'cast.tally':
    'Got it: {{sent}}\nOut of reach (blocked the bot, or gone): {{skipped}}\nRefused by Telegram: {{refused}}\nUnknown whether it arrived (not sent again): {{uncertain}}\nLeft: {{left}}\nTime: {{time}}',
};
