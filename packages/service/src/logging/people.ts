import { createHmac } from 'node:crypto';

/** Stands in logs for somebody's number: the same for the same person, and only who has the key can tell whose it is. */
export const pseudonymOf = (key: string, id: number | string): string =>
  `p${createHmac('sha256', key).update(`person:${id}`).digest('hex').slice(0, 12)}`;

/** Colours of lines for the eye. */
const COLOUR = String.raw`(?:\u001b\[\d+m)*`;
const NAMES = 'userId|ownerId|chatId|toChatId|payerId|inviterId|invitedId|personId|groupId';
/** Fields whose number is a person's or a chat's, as they stand in a line of JSON and in one for the eye. */
const FIELDS = new RegExp(`((?:${NAMES})${COLOUR}"?${COLOUR}[:=]${COLOUR})"?(-?\\d{4,})"?`, 'g');
/** Lanes, and keys of objects, which begin with their owner. */
const LANES = /\b(chat|press-|checkout-)(-?\d{4,})\b/g;
const KEYS = /(?<![\w-])(-?\d{4,})(?=\/(?:avatars|images|recordings|documents|exports)\b)/g;

/** Puts pseudonyms into a line of the log. */
export function hidePeople(key: string): (line: string) => string {
  const known = (id: string) => pseudonymOf(key, id);
  return (line) =>
    line
      .replace(FIELDS, (_all, name: string, id: string) => `${name}"${known(id)}"`)
      .replace(LANES, (_all, lane: string, id: string) => `${lane}${known(id)}`)
      .replace(KEYS, (_all, id: string) => known(id));
}
