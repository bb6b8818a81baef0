import type { Translation } from './translation.ts';

export const ru = {
  'invite.title':
    '🎁 <b>Приглашения</b>\n\nПришлите другу свою ссылку. Когда его первый платный заказ будет готов, вы получите {{inviter}}, а он — {{invited}}.',
  'invite.counts': 'Пришли по ссылке: <b>{{invited}}</b>, награждено: <b>{{credited}}</b>.',
  'invite.share': 'Поделиться ссылкой',
  'invite.none': 'Сейчас приглашать не за что: бонусов за приглашения нет.',
  'invite.welcome': '🎁 Вы пришли по приглашению: после первого платного заказа получите {{invited}}.',
  'invite.credited': '🎁 Приглашённый вами человек сделал первый заказ: на ваш счёт пришло {{credits}}.',
  'invite.credited.invited': '🎁 Спасибо за первый заказ! За приглашение на ваш счёт пришло {{credits}}.',
  'invite.doubted':
    '⚠️ Приглашения от {{user}} похожи на накрутку ({{doubt}}) и не награждаются, пока не решит оператор: <code>aisha referrals list</code>',
  'invite.doubt.mutual': 'пригласили друг друга',
  'invite.doubt.one_payer': 'платит один и тот же',
  'invite.doubt.mass': 'много людей, никто ничего не делает',
  'invite.doubt.daily_limit': 'больше дневного предела',
} as const;

export const kk = {
  'invite.title':
    '🎁 <b>Шақыру</b>\n\nДосыңызға өз сілтемеңізді жіберіңіз. Оның алғашқы ақылы тапсырысы дайын болғанда, сіз {{inviter}}, ал ол {{invited}} алады.',
  'invite.counts': 'Сілтемемен келгендер: <b>{{invited}}</b>, сыйақы берілгені: <b>{{credited}}</b>.',
  'invite.share': 'Сілтемемен бөлісу',
  'invite.none': 'Қазір шақырғаны үшін бонус берілмейді.',
  'invite.welcome': '🎁 Сіз шақыру арқылы келдіңіз: алғашқы ақылы тапсырыстан кейін {{invited}} аласыз.',
  'invite.credited': '🎁 Сіз шақырған адам алғашқы тапсырысын жасады: шотыңызға {{credits}} түсті.',
  'invite.credited.invited': '🎁 Алғашқы тапсырысыңызға рақмет! Шақыру үшін шотыңызға {{credits}} түсті.',
  'invite.doubted':
    '⚠️ {{user}} шақырулары жалған сияқты ({{doubt}}), оператор шешкенше сыйақы берілмейді: <code>aisha referrals list</code>',
  'invite.doubt.mutual': 'бірін-бірі шақырған',
  'invite.doubt.one_payer': 'бір адам төлейді',
  'invite.doubt.mass': 'адам көп, ешкім ештеңе істемейді',
  'invite.doubt.daily_limit': 'күндік шектен көп',
} as const satisfies Translation<typeof ru>;

export const en = {
  'invite.title':
    '🎁 <b>Invitations</b>\n\nSend your link to a friend. When their first paid order is ready, you get {{inviter}} and they get {{invited}}.',
  'invite.counts': 'Came by your link: <b>{{invited}}</b>, rewarded: <b>{{credited}}</b>.',
  'invite.share': 'Share the link',
  'invite.none': 'There is no reward for invitations at the moment.',
  'invite.welcome': '🎁 You were invited: after your first paid order you get {{invited}}.',
  'invite.credited': '🎁 Somebody you invited has made a first order: {{credits}} came to your account.',
  'invite.credited.invited':
    '🎁 Thank you for your first order! For the invitation, {{credits}} came to your account.',
  'invite.doubted':
    '⚠️ Invitations by {{user}} look made up ({{doubt}}) and are not rewarded until an operator decides: <code>aisha referrals list</code>',
  'invite.doubt.mutual': 'they invited each other',
  'invite.doubt.one_payer': 'one and the same pays',
  'invite.doubt.mass': 'many people, nobody does anything',
  'invite.doubt.daily_limit': 'above the daily limit',
} as const satisfies Translation<typeof ru>;
