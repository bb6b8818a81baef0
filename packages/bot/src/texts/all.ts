import * as alarms from './alarms.ts';
import * as avatars from './avatars.ts';
import * as broadcast from './broadcast.ts';
import * as credits from './credits.ts';
import * as documents from './documents.ts';
import * as exported from './exports.ts';
import * as groups from './groups.ts';
import * as history from './history.ts';
import * as faces from './faces.ts';
import * as images from './images.ts';
import * as invite from './invite.ts';
import * as maintenance from './maintenance.ts';
import * as menu from './menu.ts';
import * as orders from './orders.ts';
import * as payments from './payments.ts';
import * as privacy from './privacy.ts';
import * as recordings from './recordings.ts';
import * as operatorWords from './operator-words.ts';
import * as operators from './operators.ts';
import * as settings from './settings.ts';
import * as support from './support.ts';

/**
 * The texts of every subject. Russian is the language of most users and the source of the keys. HTML; every inserted
 * value is escaped. Kazakh keeps a noun in the singular after a number, so its two plural forms usually read the same.
 */
export const ru = {
  ...alarms.ru,
  ...avatars.ru,
  ...broadcast.ru,
  ...credits.ru,
  ...documents.ru,
  ...exported.ru,
  ...groups.ru,
  ...history.ru,
  ...faces.ru,
  ...images.ru,
  ...invite.ru,
  ...maintenance.ru,
  ...menu.ru,
  ...orders.ru,
  ...payments.ru,
  ...privacy.ru,
  ...recordings.ru,
  ...operators.ru,
  ...operatorWords.ru,
  ...settings.ru,
  ...support.ru,
};
export const kk = {
  ...alarms.kk,
  ...avatars.kk,
  ...broadcast.kk,
  ...credits.kk,
  ...documents.kk,
  ...exported.kk,
  ...groups.kk,
  ...history.kk,
  ...faces.kk,
  ...images.kk,
  ...invite.kk,
  ...maintenance.kk,
  ...menu.kk,
  ...orders.kk,
  ...payments.kk,
  ...privacy.kk,
  ...recordings.kk,
  ...operators.kk,
  ...operatorWords.kk,
  ...settings.kk,
  ...support.kk,
};
export const en = {
  ...alarms.en,
  ...avatars.en,
  ...broadcast.en,
  ...credits.en,
  ...documents.en,
  ...exported.en,
  ...groups.en,
  ...history.en,
  ...faces.en,
  ...images.en,
  ...invite.en,
  ...maintenance.en,
  ...menu.en,
  ...orders.en,
  ...payments.en,
  ...privacy.en,
  ...recordings.en,
  ...operators.en,
  ...operatorWords.en,
  ...settings.en,
  ...support.en,
};
