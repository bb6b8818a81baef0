/** What became of a webhook. Mapped to a status in one place; nothing internal is ever in the answer. */
export type FalOutcome =
  | 'accepted'
  | 'duplicate'
  | 'forged'
  | 'stale'
  | 'foreign'
  | 'malformed'
  | 'unavailable';
export type TelegramOutcome = 'accepted' | 'duplicate' | 'forged' | 'malformed' | 'unavailable' | 'off';

/** 2xx ends the sender's retries, 503 asks for them; FAL takes any 3xx as final, so there is none. */
export function statusOf(outcome: FalOutcome | TelegramOutcome): number {
  switch (outcome) {
    case 'accepted':
    case 'duplicate':
      return 200;
    case 'malformed':
      return 400;
    case 'forged':
    case 'stale':
      return 401;
    case 'foreign':
    case 'off':
      return 404;
    case 'unavailable':
      return 503;
    default:
      return outcome satisfies never;
  }
}
