import { TelegramError } from 'telegraf';
import { describe, expect, test } from 'vitest';
import { classifySendError } from './outcome.ts';

const meaning = (code: number, description: string) =>
  classifySendError(new TelegramError({ error_code: code, description }), 'sendMessage', {}).kind;

describe('of a chat it is said', () => {
  test.each([
    [403, 'Forbidden: bot was blocked by the user'],
    [403, 'Forbidden: user is deactivated'],
    [403, "Forbidden: bot can't initiate conversation with a user"],
    [403, "Forbidden: bots can't send messages to bots"],
    [403, 'Forbidden: bot was kicked from the group chat'],
    [403, 'Forbidden: bot was kicked from the supergroup chat'],
    [403, 'Forbidden: bot was kicked from the channel chat'],
    [403, 'Forbidden: bot is not a member of the supergroup chat'],
    [403, 'Forbidden: the group chat was deleted'],
    [400, 'Bad Request: chat not found'],
    [400, 'Bad Request: user not found'],
    [400, 'Bad Request: group chat was deactivated'],
    [400, 'Bad Request: PEER_ID_INVALID'],
    [400, 'Bad Request: CHANNEL_PRIVATE'],
    [400, 'Bad Request: USER_IS_BLOCKED'],
    [400, 'Bad Request: INPUT_USER_DEACTIVATED'],
  ])('that it cannot be reached: %d %s', (code, text) => expect(meaning(code, text)).toBe('unreachable'));

  test.each([
    [400, 'Bad Request: not enough rights to send text messages to the chat'],
    [400, 'Bad Request: not enough rights to send documents to the chat'],
    [400, 'Bad Request: not enough rights to send photos to the chat'],
    [400, 'Bad Request: not enough rights to send voice notes to the chat'],
    [400, 'Bad Request: have no rights to send a message'],
    [400, 'Bad Request: need administrator rights in the channel chat'],
    [400, 'Bad Request: CHAT_RESTRICTED'],
    [400, 'Bad Request: CHAT_WRITE_FORBIDDEN'],
    [400, 'Bad Request: CHAT_SEND_PLAIN_FORBIDDEN'],
    [400, 'Bad Request: CHAT_SEND_DOCS_FORBIDDEN'],
    [400, 'Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN'],
    [400, 'Bad Request: CHAT_SEND_MEDIA_FORBIDDEN'],
    [400, 'Bad Request: CHAT_GUEST_SEND_FORBIDDEN'],
    [400, 'Bad Request: VOICE_MESSAGES_FORBIDDEN'],
    [400, 'Bad Request: CHAT_ADMIN_REQUIRED'],
    [400, 'Bad Request: USER_BANNED_IN_CHANNEL'],
    [400, 'Bad Request: user restricted receiving of voice messages'],
    // A 403 that nobody has met yet says nothing of the chat.
    [403, 'Forbidden: something that comes with the next release'],
  ])('that it takes no such message, and is there: %d %s', (code, text) =>
    expect(meaning(code, text)).toBe('forbidden'),
  );

  test.each(['message thread not found', 'TOPIC_CLOSED', 'TOPIC_DELETED', 'TOPIC_ID_INVALID'])(
    'that its topic takes none: %s',
    (text) => expect(meaning(400, `Bad Request: ${text}`)).toBe('no-topic'),
  );

  test.each([
    'message text is empty',
    "can't parse entities: …",
    'BUTTON_DATA_INVALID',
    'whatever comes next',
  ])('nothing: the fault is ours: %s', (text) =>
    expect(meaning(400, `Bad Request: ${text}`)).toBe('refused'),
  );
});
