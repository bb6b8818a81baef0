/** Bot API objects as far as the stand-in produces them. Absent and `undefined` mean the same: JSON drops both. */

export interface User {
  id: number;
  is_bot: boolean;
  first_name: string;
  last_name?: string | undefined;
  username?: string | undefined;
  language_code?: string | undefined;
}

export type ChatType = 'private' | 'group' | 'supergroup' | 'channel';

export interface ChatObject {
  id: number;
  type: ChatType;
  title?: string | undefined;
  username?: string | undefined;
  first_name?: string | undefined;
  last_name?: string | undefined;
  is_forum?: true | undefined;
}

export interface MessageEntity {
  type: string;
  offset: number;
  length: number;
  url?: string | undefined;
  user?: User | undefined;
  language?: string | undefined;
  custom_emoji_id?: string | undefined;
}

export interface FileObject {
  file_id: string;
  file_unique_id: string;
  file_size?: number | undefined;
}

export interface PhotoSize extends FileObject {
  width: number;
  height: number;
}

export interface Media extends FileObject {
  duration?: number | undefined;
  width?: number | undefined;
  height?: number | undefined;
  length?: number | undefined;
  file_name?: string | undefined;
  mime_type?: string | undefined;
  title?: string | undefined;
  performer?: string | undefined;
  thumbnail?: PhotoSize | undefined;
  thumb?: PhotoSize | undefined;
  emoji?: string | undefined;
  type?: string | undefined;
  is_animated?: boolean | undefined;
  is_video?: boolean | undefined;
}

export interface InlineButton {
  text: string;
  callback_data?: string | undefined;
  url?: string | undefined;
  pay?: boolean | undefined;
  web_app?: { url: string } | undefined;
  copy_text?: { text: string } | undefined;
  switch_inline_query?: string | undefined;
  switch_inline_query_current_chat?: string | undefined;
  style?: string | undefined;
}

export interface ReplyButton {
  text: string;
  request_contact?: boolean | undefined;
  request_location?: boolean | undefined;
  web_app?: { url: string } | undefined;
}

export interface InlineKeyboard {
  inline_keyboard: InlineButton[][];
}

export interface ReplyKeyboard {
  keyboard: ReplyButton[][];
  resize_keyboard?: boolean | undefined;
  one_time_keyboard?: boolean | undefined;
  is_persistent?: boolean | undefined;
  selective?: boolean | undefined;
  input_field_placeholder?: string | undefined;
}

export interface RemoveKeyboard {
  remove_keyboard: true;
}

export interface ForceReply {
  force_reply: true;
  input_field_placeholder?: string | undefined;
}

export type ReplyMarkup = InlineKeyboard | ReplyKeyboard | RemoveKeyboard | ForceReply;

export interface Invoice {
  title: string;
  description: string;
  start_parameter: string;
  currency: string;
  total_amount: number;
}

export interface SuccessfulPayment {
  currency: string;
  total_amount: number;
  invoice_payload: string;
  telegram_payment_charge_id: string;
  provider_payment_charge_id: string;
  is_recurring?: boolean | undefined;
  is_first_recurring?: boolean | undefined;
  subscription_expiration_date?: number | undefined;
}

/** What a message says, apart from who, where and when. `file_id`s are the stand-in's own keys until rendered. */
export interface Content {
  text?: string | undefined;
  entities?: MessageEntity[] | undefined;
  link_preview_options?: object | undefined;
  animation?: Media | undefined;
  audio?: Media | undefined;
  document?: Media | undefined;
  photo?: PhotoSize[] | undefined;
  sticker?: Media | undefined;
  video?: Media | undefined;
  video_note?: Media | undefined;
  voice?: Media | undefined;
  caption?: string | undefined;
  caption_entities?: MessageEntity[] | undefined;
  has_media_spoiler?: boolean | undefined;
  show_caption_above_media?: boolean | undefined;
  location?: { latitude: number; longitude: number } | undefined;
  contact?: { phone_number: string; first_name: string; user_id?: number | undefined } | undefined;
  invoice?: Invoice | undefined;
  successful_payment?: SuccessfulPayment | undefined;
  refunded_payment?: object | undefined;
  new_chat_members?: User[] | undefined;
  left_chat_member?: User | undefined;
  group_chat_created?: true | undefined;
  forum_topic_created?: { name: string; icon_color: number } | undefined;
  migrate_to_chat_id?: number | undefined;
  migrate_from_chat_id?: number | undefined;
  pinned_message?: Message | undefined;
  web_app_data?: { button_text: string; data: string } | undefined;
}

export interface Message extends Content {
  message_id: number;
  message_thread_id?: number | undefined;
  is_topic_message?: true | undefined;
  from?: User | undefined;
  sender_chat?: ChatObject | undefined;
  chat: ChatObject;
  date: number;
  edit_date?: number | undefined;
  forward_origin?: object | undefined;
  reply_to_message?: Message | undefined;
  quote?: { text: string; position: number } | undefined;
  media_group_id?: string | undefined;
  reply_markup?: InlineKeyboard | undefined;
}

export interface BotCommand {
  command: string;
  description: string;
}

export const UPDATE_TYPES = [
  'message',
  'edited_message',
  'channel_post',
  'edited_channel_post',
  'business_connection',
  'business_message',
  'edited_business_message',
  'deleted_business_messages',
  'guest_message',
  'message_reaction',
  'message_reaction_count',
  'inline_query',
  'chosen_inline_result',
  'callback_query',
  'shipping_query',
  'pre_checkout_query',
  'purchased_paid_media',
  'poll',
  'poll_answer',
  'my_chat_member',
  'chat_member',
  'chat_join_request',
  'chat_boost',
  'removed_chat_boost',
  'managed_bot',
  'subscription',
  'stopped_message_generation',
] as const;

export type UpdateType = (typeof UPDATE_TYPES)[number];
