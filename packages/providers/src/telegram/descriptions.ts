/**
 * What the Bot API says of a call, as far as it is known to repeat nothing of what the call carried: of "can't parse
 * entities: unsupported start tag …" the first three words. Source: the Bot API server's own texts.
 */
const CLASSES = '(?:(?:Bad Request|Forbidden|Conflict|Unauthorized|Not Found): )?';
const KNOWN = new RegExp(
  `${CLASSES}(?:${[
    'message is not modified',
    'message to (?:edit|delete|be replied|reply|forward|copy|pin) not found',
    'reply message not found',
    "message can't be (?:edited|deleted|forwarded|copied)",
    'there is no (?:text|caption|media) in the message',
    'message identifier is not specified',
    'message thread not found',
    'message (?:text|caption) is (?:empty|too long)',
    'message is too long',
    'caption is too long',
    'query is too old',
    'query ID is invalid',
    'chat not found',
    'user not found',
    '(?:the )?group chat was (?:deactivated|deleted|upgraded to a supergroup chat)',
    '(?:have no|not enough) rights to \\w+(?: (?:text|photos?|documents?|videos?|audios?|voices?|media|messages?|stickers?|polls?|animations?|files?|other))*',
    'need administrator rights',
    'bot was (?:blocked by the user|kicked from the (?:super)?group(?: chat)?|kicked from the channel chat|kicked)',
    'bot is not a member of the (?:channel|(?:super)?group) chat',
    "bot can't initiate conversation with a user",
    "bots? can't send messages to (?:bots|the user)",
    'user restricted receiving of (?:voice|video) (?:note )?messages',
    'user is deactivated',
    'file is too big',
    'wrong file_?id or the file is temporarily unavailable',
    'wrong file identifier',
    'wrong remote file',
    'temporarily unavailable',
    "can't parse \\w+",
    'wrong type of the web page content',
    'failed to get HTTP URL content',
    'Request Entity Too Large',
    "can't use getUpdates method while webhook is active(?:; use deleteWebhook to delete the webhook first)?",
    'terminated by (?:other (?:getUpdates request|long poll or webhook)|setWebhook request)(?:; make sure that only one bot instance is running)?',
    'Too Many Requests',
    'Internal Server Error',
    'Bad Gateway',
    'Gateway Timeout',
    'Unauthorized',
    'Not Found',
    'Logged out',
    'invalid file_path',
    'bad webhook',
    '[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:INVALID|EMPTY|FORBIDDEN|LONG|SMALL|BIG|REQUIRED|CLOSED|DELETED|RESTRICTED|FAILED|EXPIRED|MODIFIED|MISSING|DIMENSIONS|OCCUPIED|PRIVATE|BLOCKED|DEACTIVATED|REFUNDED|NOT_FOUND)',
    'USER_BANNED_IN_CHANNEL',
  ].join('|')})`,
  'i',
);

/** The known words of a description, and nothing else of it. */
export function knownDescription(description: string): string {
  return KNOWN.exec(description)?.[0] ?? 'a description that is not known';
}
