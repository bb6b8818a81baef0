import {
  ASPECT_NAMES,
  type Avatar,
  COUNT_MAX,
  DOCUMENT_KINDS,
  EVERYTHING,
  findAvatar,
  findDocument,
  findDrawable,
  findTemplate,
  findImage,
  findCursor,
  findReadable,
  findTag,
  type HistoryFilter,
  findPhoto,
  findRecording,
  type GalleryFilter,
  type GalleryPlace,
  OFFERED_LANGUAGES,
  packNamed,
  PRESETS,
  PROVIDER_NAMES,
  QUALITIES,
  QUICK_EDIT_NAMES,
  SETTING_NAMES,
  type StylePack,
} from '@aisha/core';
import { FORMAT_NAMES } from '@aisha/export';
import { AVATAR_KINDS, GROUP_MODES, LANGUAGES, PROMO_KINDS, SUBJECTS } from '@aisha/db';
import {
  anyone,
  type AnswersTo,
  catalogue,
  type Codec,
  type OptionalCodec,
  operator,
  owner,
} from './chat/catalogue.ts';
import {
  int,
  longId,
  oneOf,
  optional,
  own,
  ownShort,
  page,
  price,
  readable,
  shortId,
  uuid,
  word,
} from './chat/codecs.ts';
import type { Turn } from './chat/turn.ts';

const avatar = own(findAvatar);
const image = own(findImage);
const photo = own(findPhoto);
const recording = own(findRecording);
const documentOf = own(findDocument);
const heard = readable(findReadable);
const cursor = ownShort(findCursor);
const tag = ownShort(findTag);
const direction = oneOf(['older', 'newer'], (to) => to.slice(0, 1));
/** All; what was heard or read, by a letter; or what has this tag. */
const historyFilter: OptionalCodec<'all' | 'sound' | 'text' | { readonly tagId: string }, HistoryFilter> = {
  optional: true,
  write: (filter) => (typeof filter === 'string' ? filter.slice(0, 1) : tag.write(filter.tagId)),
  read: async (text, presser) => {
    if (text === 's') return 'sound';
    if (text === 't') return 'text';
    const found = await tag.read(text, presser);
    return found === undefined ? 'all' : { tagId: found.id };
  },
  longest: tag.longest,
};
/** `card`: pressed on the card of the history, not below a result. */
/** Kinds that are asked into which language: a letter each, since the data is short. */
const intoKind = oneOf(['translation', 'bilingual'], (kind) => kind.slice(0, 1));
const where = optional(oneOf(['card']), 'below');
/** Their own, or one that is shared with them. */
const drawable = own(findDrawable);
const exportFirst = optional(oneOf(['export']), 'plain');
const avatarOrNone: Codec<string, Avatar | 'none'> = {
  ...drawable,
  read: (text, presser) => (text === 'none' ? text : drawable.read(text, presser)),
};

/** Telegram's number of a person, or of a group that orders. */
const someone = int(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

/** Which shelf of the gallery; what it cannot read is all of it, as what it cannot count is the first page. */
const shelf: OptionalCodec<'all' | 'favourites', 'all' | 'favourites'> = {
  ...optional(oneOf(['all', 'favourites']), 'all'),
  read: (text) => (text === 'favourites' ? text : 'all'),
};

const MONTH_BYTES = 3;
/** `f.irn.<avatar>`: favourites, a month in base 36, an avatar; whatever is left out does not filter. */
const cardsFilter: OptionalCodec<GalleryFilter, GalleryFilter> = {
  optional: true,
  write: ({ favourites, month, avatarId }) =>
    [favourites ? 'f' : '', month?.toString(36) ?? '', avatarId === null ? '' : shortId(avatarId)]
      .join('.')
      .replace(/\.+$/, ''),
  read: (text = '') => {
    const [favourites = '', month = '', id = ''] = text.split('.');
    return {
      ...EVERYTHING,
      favourites: favourites === 'f',
      month: /^[0-9a-z]{3}$/.test(month) ? Number.parseInt(month, 36) : null,
      avatarId: longId(id) ?? null,
    };
  },
  longest: 1 + 1 + MONTH_BYTES + 1 + 22,
};

const GO = { o: 'older', n: 'newer', h: 'here' } as const;
/** From which card which way; what it cannot read is the newest card. */
const cardsPlace: OptionalCodec<GalleryPlace, GalleryPlace | 'newest'> = {
  optional: true,
  write: ({ from, go }) => `${go.slice(0, 1)}${shortId(from)}`,
  read: (text = '') => {
    const [, letter] = Object.entries(GO).find(([sign]) => text.startsWith(sign)) ?? [];
    const from = longId(text.slice(1));
    return letter && from ? { from, go: letter } : 'newest';
  },
  longest: 23,
};

/** Somebody's own avatar in few letters, or none. */
const shortAvatar = ownShort(findAvatar);
const shortAvatarOrNone: Codec<string, Avatar | 'none'> = {
  ...shortAvatar,
  write: (id) => (id === 'none' ? id : shortAvatar.write(id)),
  read: (text, presser) => (text === 'none' ? text : shortAvatar.read(text, presser)),
};

const pack: Codec<string, StylePack> = {
  write: (id) => id,
  read: (text) => (text === undefined ? undefined : (packNamed(text) ?? undefined)),
  longest: 12,
};

/** The most that one series draws. */
const SCENES_MAX = 10;

/**
 * Every button: its name in callback data, its parameters and who may press it. Only add names and, at the end,
 * optional parameters: a chat keeps its buttons for years. Each is answered in its subject's `presses.ts` or composer.
 */
export const buttons = {
  menu: owner(),
  cancel: owner(),
  language: owner(),
  'language.set': owner(oneOf(LANGUAGES)),
  help: anyone(),
  settings: owner(),
  /** Everything that is kept of somebody, as files. */
  export: owner(),
  'export.link': owner(uuid),
  'leave.ask': owner(),
  leave: owner(exportFirst),
  'leave.sure': owner(oneOf(['day', 'now']), exportFirst),
  'leave.stay': owner(),
  setting: owner(oneOf(SETTING_NAMES)),
  /** By the name of one of its choices (`settings/choices.ts`). */
  'setting.set': owner(oneOf(SETTING_NAMES), word),

  avatars: owner(),
  'avatar.new': owner(),
  'avatar.kind': owner(oneOf(AVATAR_KINDS)),
  'avatar.subject': owner(oneOf(SUBJECTS)),
  'avatar.consent': owner(),
  'avatar.instant': owner(),
  // `keep`: with what is asked about, which its owner has seen.
  'avatar.finish': owner(avatar, optional(oneOf(['keep']), 'ask')),
  avatar: owner(avatar),
  'avatar.photos': owner(avatar),
  'avatar.main': owner(avatar),
  'avatar.rename': owner(avatar),
  'avatar.delete': owner(avatar),
  'avatar.delete.yes': owner(avatar),
  // One that came out unlike: another training, or the money.
  'avatar.redo': owner(avatar),
  'avatar.money': owner(avatar),
  'avatar.money.yes': owner(avatar),
  'avatar.share': owner(avatar),
  'avatar.unshare': owner(avatar),
  'photos.clear': owner(avatar),
  'photos.later': owner(),
  // Of what is asked about: all of it.
  'photos.keep': owner(avatar),
  'photos.drop': owner(avatar),
  'photos.look': owner(avatar, page),
  'photo.keep': owner(photo, page),
  'photo.delete': owner(photo, page),
  training: owner(avatar),
  'training.start': owner(avatar, oneOf(PRESETS), price),

  // `below`: pressed under a result, which stays as it is.
  imagine: owner(optional(avatarOrNone, 'main'), optional(oneOf(['below']), 'here')),
  'imagine.aspect': owner(oneOf(ASPECT_NAMES, (aspect) => aspect.replace(':', 'x'))),
  'imagine.count': owner(int(1, COUNT_MAX)),
  'imagine.pick': owner(),
  'imagine.quality': owner(oneOf(QUALITIES)),
  'imagine.enrich': owner(oneOf(['on', 'off'])),
  /** Somebody else in the same picture: who can be chosen, and who it is. */
  'imagine.second': owner(),
  'imagine.with': owner(avatarOrNone),
  styles: owner(page),
  style: owner(pack),
  'style.draw': owner(pack, shortAvatarOrNone, int(1, SCENES_MAX), price),
  'image.again': owner(image, price),
  'image.variations': owner(image, price),
  'image.file': owner(image),
  'image.link': owner(image),
  'image.prompt': owner(image),
  'image.favourite': owner(image),
  'image.delete': owner(image),
  'image.edit': owner(image),
  'image.edit.quick': owner(ownShort(findImage), oneOf(QUICK_EDIT_NAMES), price),
  'image.upscale': owner(image, price),
  'image.video': owner(image, price),
  /** Its number is of older buttons: cards are found from one another. */
  gallery: owner(shelf, page),
  cards: owner(cardsFilter, cardsPlace),
  'cards.filter': owner(cardsFilter),

  transcribe: anyone(),
  vocabulary: owner(),
  'vocabulary.clear': owner(),
  /** The number of a page in older buttons is not read any more: they begin with the first one. */
  history: owner(page),
  'history.go': owner(direction, cursor, historyFilter),
  'history.by': owner(historyFilter),
  'history.tags': owner(),
  /** A question to a recording, and to all of them: in a group any member's, to what was recorded there. */
  ask: anyone(heard),
  'ask.all': anyone(),
  tags: owner(recording),
  'tag.toggle': owner(ownShort(findRecording), tag),
  'tag.new': owner(recording),
  /** Several that become one: which ones is kept while they are chosen. */
  merge: owner(recording),
  'merge.pick': owner(recording),
  'merge.go': owner(direction, cursor),
  'merge.do': owner(),
  parts: owner(recording),
  split: owner(recording),
  'split.yes': owner(recording),
  recording: owner(recording),
  /** Asks for words; a page of what they found; the place where one stands (0: its beginning); a document found. */
  search: owner(),
  'search.page': owner(page),
  found: owner(heard, int(0, 999_999)),
  'document.show': owner(documentOf),
  'recording.text': owner(recording),
  'recording.delete': owner(recording),
  'recording.delete.yes': owner(recording),
  'texts.read': owner(),
  /** Several forwarded voices: one talk, or each for itself. */
  'voices.one': owner(),
  'voices.each': owner(),
  /** The kinds of documents that can be made of it, the formats of its text, and the way back from both. */
  documents: owner(recording, where),
  download: owner(recording, where),
  'download.as': owner(recording, oneOf(FORMAT_NAMES)),
  'recording.buttons': owner(recording),
  /** What can be put right in its text: the title, who speaks, doubted words; and what can be heard. */
  'recording.more': owner(recording),
  'recording.rename': owner(recording),
  speakers: owner(recording),
  speaker: owner(recording, int(0, 999)),
  /** A name that was given before, by a mark of it. */
  'speaker.is': owner(ownShort(findRecording), int(0, 999), word),
  doubts: owner(recording),
  doubt: owner(recording, int(0, 99_999), int(0, 99)),
  'doubt.right': owner(recording, int(0, 99_999), int(0, 99)),
  lines: owner(recording),
  'lines.page': owner(recording, page),
  document: owner(recording, oneOf(DOCUMENT_KINDS), price),
  /** Into which language; `other`: it is asked for in words. */
  'doc.in': owner(recording, intoKind, oneOf([...OFFERED_LANGUAGES, 'other']), price),
  /** The language of all documents. */
  'doc.language': owner(recording),
  'doc.language.set': owner(recording, oneOf([...LANGUAGES, 'mine'])),
  /** Instructions of one's own. */
  template: owner(ownShort(findRecording), ownShort(findTemplate), price),
  'template.new': owner(recording),
  'template.manage': owner(recording),
  'template.delete': owner(ownShort(findRecording), ownShort(findTemplate)),
  'document.tasks': owner(documentOf),
  'document.task': owner(documentOf, int(0, 999)),
  /** A reminder on the days of its tasks, and none any more. */
  'document.remind': owner(documentOf),
  'document.unremind': owner(documentOf),
  'document.moments': owner(documentOf),
  moment: owner(heard, int(1, 999_999)),
  'document.download': owner(documentOf),
  'document.as': owner(documentOf, oneOf(FORMAT_NAMES)),
  'document.buttons': owner(documentOf),

  balance: owner(page),
  promo: owner(),
  topup: owner(),
  'pack.buy': owner(word, oneOf(PROVIDER_NAMES)),
  subscription: owner(),
  'plan.buy': owner(word),
  'subscription.cancel': owner(),
  'subscription.resume': owner(),
  invite: owner(),
  terms: owner(),
  paysupport: owner(),
  // Of operators alone.
  'support.reply': operator(uuid),
  'support.refund': operator(uuid),
  'support.refund.yes': operator(uuid),

  admin: operator(),
  'admin.find': operator(),
  'admin.user': operator(someone),
  'admin.block': operator(someone),
  'admin.unblock': operator(someone),
  'admin.grant': operator(someone),
  'admin.take': operator(someone),
  'admin.adjust.yes': operator(),
  'admin.ledger': operator(someone, page),
  'admin.orders': operator(someone, page),
  'admin.payments': operator(someone),
  'admin.payment.refund': operator(uuid),
  'admin.journal': operator(optional(someone, 'all')),
  'admin.failed': operator(),
  'admin.order': operator(uuid),
  'admin.order.retry': operator(uuid),
  'admin.order.refund': operator(uuid),
  'admin.maintenance': operator(),
  'admin.maintenance.note': operator(),
  'admin.maintenance.begin': operator(),
  'admin.maintenance.end': operator(),
  cast: operator(),
  'cast.new': operator(),
  'cast.show': operator(uuid),
  'cast.preview': operator(uuid),
  'cast.active': operator(uuid, oneOf(['all', '7', '30', '90'])),
  'cast.language': operator(uuid, oneOf(['all', ...LANGUAGES])),
  'cast.credits': operator(uuid, oneOf(['all', 'with', 'without'])),
  'cast.change': operator(uuid),
  'cast.photo.drop': operator(uuid),
  'cast.buttons': operator(uuid),
  'cast.buttons.drop': operator(uuid),
  'cast.start': operator(uuid),
  'cast.pause': operator(uuid),
  'cast.resume': operator(uuid),
  'cast.cancel': operator(uuid),
  'alarm.retry': operator(uuid),
  'alarm.pause': operator(uuid),
  'alarm.resume': operator(uuid),
  'alarm.raise': operator(uuid),
  'admin.promo': operator(),
  'admin.promo.new': operator(oneOf(PROMO_KINDS)),
  'admin.promo.yes': operator(),
  'admin.promo.stop': operator(),

  // Of a group's settings: its administrators alone, which the answers look to.
  'group.mode': anyone(oneOf(GROUP_MODES)),
  'group.documents': anyone(oneOf(['yes', 'no'])),
  'group.pay': anyone(),
  'group.each': anyone(),
  /** A digest of the group's day: what there is of it, one now, one of every day at that hour, no more. */
  digest: anyone(),
  'digest.now': anyone(),
  'digest.daily': anyone(int(0, 23)),
  'digest.off': anyone(),
  'group.rules': anyone(),
  'group.erase': anyone(),
  'group.erase.yes': anyone(),
  /** From one's own chat: no more for that group. */
  'group.pay.stop': owner(int(Number.MIN_SAFE_INTEGER, -1)),

  /** What is chosen of a recording before it costs something: what is spoken, who speaks. */
  quote: owner(uuid),
  'quote.language': owner(uuid, optional(oneOf(['more']), 'first')),
  'quote.language.set': owner(uuid, oneOf(['auto', ...OFFERED_LANGUAGES])),
  'quote.speakers': owner(uuid, oneOf(['yes', 'no'])),
  'order.accept': owner(uuid),
  /** Once more what failed, at the price that it shows. */
  'order.again': owner(uuid, price),
  'order.cancel': owner(uuid),
} as const;

export type Answers = AnswersTo<typeof buttons, Turn>;

export const { button, press } = catalogue(buttons);
