import { type SQL, sql } from 'drizzle-orm';

/** What a table holds of people, and what becomes of it. */
export type TableRule =
  | {
      /** Nothing of anybody's that would have to go: why. */
      readonly nobodys: string;
      readonly people?: readonly string[];
    }
  | {
      /** Said in an export, in English: what a row is. */
      readonly holds: string;
      /** Columns with Telegram's number of a person or a chat. */
      readonly people: readonly string[];
      /** Its rows of somebody. */
      readonly of: (id: number) => SQL;
      /**
       * `delete`: they go. Or they stay without a name, since others' books rest on them or law wants them kept: what is set,
       * `nobody` being a number that leads to no person.
       */
      readonly erase: 'delete' | { readonly why: string; readonly set: (nobody: SQL) => SQL };
      /** Where somebody stands in rows that are others', or stay: changed before the rows above. */
      readonly mentions?: (id: number, nobody: SQL) => readonly SQL[];
      /** Not in an export: why. Of the rest all columns are but those `without`. */
      readonly notExported?: string;
      readonly without?: readonly string[];
    };

const owned = (id: number) => sql`owner_id = ${id}`;
const ofUser = (id: number) => sql`user_id = ${id}`;
const theirOrders = (id: number) => sql`(select id from orders where owner_id = ${id})`;

/** A number that stands by itself. */
const numberIn = (id: number): string => `(^|[^0-9])${id}([^0-9]|$)`;

/** Lanes of what somebody writes, presses and pays. */
export const lanesOf = (id: number): string[] => [`chat${id}`, `press-${id}`, `checkout-${id}`];

/** Of the books: amounts that add up with everybody else's, and what law wants kept of payments (docs/PRIVACY.md). */
const books = (why: string) => ({ why, set: (nobody: SQL) => sql`user_id = ${nobody}` });

/**
 * Every table, in the order in which somebody's rows go: what refers to others before these. A table that is missing, or
 * a column with somebody's number that no rule names, fails a test (`personal.integration.test.ts`).
 */
export const PERSONAL: Readonly<Record<string, TableRule>> = {
  fal_jobs: {
    holds: 'a request at FAL, with what was sent there',
    people: [],
    of: (id) => sql`order_id in ${theirOrders(id)}`,
    erase: 'delete',
  },
  images: { holds: 'a picture that was made', people: ['owner_id'], of: owned, erase: 'delete' },
  passages: {
    holds: 'lines of a recording or document, as search finds them',
    people: ['owner_id', 'chat_id'],
    of: owned,
    erase: 'delete',
    notExported: 'they stand in recordings and documents',
  },
  history_words: {
    holds: 'stems of what somebody said, for search',
    people: ['owner_id', 'chat_id'],
    of: owned,
    erase: 'delete',
    notExported: 'they are what recordings say',
  },
  recording_tags: {
    holds: 'that a recording has a tag',
    people: [],
    of: (id) => sql`recording_id in (select id from recordings where owner_id = ${id})`,
    erase: 'delete',
  },
  tags: {
    holds: 'a tag for recordings',
    people: ['owner_id'],
    of: owned,
    erase: 'delete',
  },
  questions: {
    holds: 'a question to recordings, and its answer',
    people: ['owner_id', 'group_id'],
    of: owned,
    erase: 'delete',
  },
  group_digests: {
    holds: 'that somebody wants a digest of every day of a group',
    people: ['user_id', 'chat_id'],
    of: (id) => sql`user_id = ${id} or chat_id = ${id}`,
    erase: 'delete',
  },
  recording_exports: {
    holds: 'a file that was made of a recording or document',
    people: ['owner_id'],
    of: owned,
    erase: 'delete',
  },
  document_sections: {
    holds: 'a part of a document that is being written',
    people: [],
    of: (id) => sql`document_id in (select id from documents where owner_id = ${id})`,
    erase: 'delete',
  },
  documents: {
    holds: 'a document over a recording',
    people: ['owner_id', 'remind_chat_id'],
    of: owned,
    erase: 'delete',
    // A group that is erased is reminded of nothing.
    mentions: (id) => [
      sql`update documents set remind_at = null, remind_chat_id = null, remind_thread_id = null
        where remind_chat_id = ${id}`,
    ],
  },
  document_templates: {
    holds: 'an instruction for documents',
    people: ['owner_id'],
    of: owned,
    erase: 'delete',
  },
  vocabulary: {
    holds: 'a name or term to be recognised',
    people: ['user_id'],
    of: ofUser,
    erase: 'delete',
  },
  recording_slides: {
    holds: 'a photo that belongs to a recording, and what is written on it',
    people: ['chat_id'],
    of: (id) => sql`recording_id in (select id from recordings where owner_id = ${id})`,
    erase: 'delete',
  },
  recording_pieces: {
    holds: 'a stretch of a recording that is being transcribed',
    people: [],
    of: (id) => sql`recording_id in (select id from recordings where owner_id = ${id})`,
    erase: 'delete',
  },
  recordings: {
    holds: 'a recording or text that was sent, and its words',
    people: ['owner_id', 'chat_id'],
    of: owned,
    erase: 'delete',
  },
  avatar_faces: {
    holds: 'a face of an avatar’s photo, as 128 numbers',
    people: [],
    of: (id) => sql`avatar_id in (select id from avatars where owner_id = ${id})`,
    erase: 'delete',
  },
  avatar_shares: {
    holds: 'who may draw with whose avatar',
    people: ['user_id'],
    of: (id) => sql`user_id = ${id} or avatar_id in (select id from avatars where owner_id = ${id})`,
    erase: 'delete',
    // The other's number is the other's.
    without: ['user_id'],
  },
  avatar_photos: {
    holds: 'a photo for an avatar',
    people: [],
    of: (id) => sql`avatar_id in (select id from avatars where owner_id = ${id})`,
    erase: 'delete',
  },
  avatars: { holds: 'an avatar', people: ['owner_id', 'chat_id'], of: owned, erase: 'delete' },
  data_export_parts: {
    holds: 'a part of an export',
    people: [],
    of: (id) => sql`export_id in (select id from data_exports where user_id = ${id})`,
    erase: 'delete',
    notExported: 'it is about this export itself',
  },
  data_exports: {
    holds: 'an export',
    people: ['user_id', 'chat_id'],
    of: ofUser,
    erase: 'delete',
    notExported: 'it is about this export itself',
  },
  consents: { holds: 'what was agreed to, in its words', people: ['user_id'], of: ofUser, erase: 'delete' },
  paid_calls: {
    holds: 'how many calls of providers were made for somebody',
    people: ['owner_id'],
    of: owned,
    erase: 'delete',
  },
  referrals: {
    holds: 'who came by whose link',
    people: ['invited_id', 'inviter_id'],
    of: (id) => sql`invited_id = ${id} or inviter_id = ${id}`,
    erase: 'delete',
  },
  referral_codes: {
    holds: 'the code of an invitation link',
    people: ['user_id'],
    of: ofUser,
    erase: 'delete',
  },
  support_messages: {
    holds: 'a question about a payment, or its answer',
    people: ['user_id', 'operator_id'],
    of: ofUser,
    erase: 'delete',
    mentions: (id) => [sql`update support_messages set operator_id = 0 where operator_id = ${id}`],
    without: ['operator_id'],
  },
  conversations: {
    holds: 'the place in a dialogue with the bot',
    people: ['user_id', 'chat_id'],
    of: (id) => sql`user_id = ${id} or chat_id = ${id}`,
    erase: 'delete',
  },
  group_messages: {
    holds: 'whom a message of the bot in a group answers',
    people: ['owner_id', 'chat_id'],
    of: (id) => sql`owner_id = ${id} or chat_id = ${id}`,
    erase: 'delete',
  },
  group_rules: {
    holds: 'what the administrators of a group decided',
    people: ['chat_id', 'administrators', 'payer_id'],
    of: (id) => sql`chat_id = ${id}`,
    erase: 'delete',
    mentions: (id) => [
      sql`update group_rules set payer_id = null, payer_since = null where payer_id = ${id}`,
      sql`update group_rules set administrators = array_remove(administrators, ${id}::bigint)
        where ${id}::bigint = any (administrators)`,
    ],
    without: ['administrators', 'payer_id'],
  },
  notifications: {
    holds: 'a message that was owed to somebody',
    people: ['user_id', 'chat_id'],
    of: (id) => sql`user_id = ${id} or chat_id = ${id}`,
    erase: 'delete',
    // What operators and others were told of them.
    mentions: (id) => [
      sql`update notifications set owed = null, data = data - 'userId' - 'inviterId' - 'done'
        where state <> 'pending' and (data ->> 'userId' = ${String(id)} or data ->> 'inviterId' = ${String(id)}
          or data -> 'done' @> ${JSON.stringify([{ by: id }])}::jsonb)`,
    ],
    notExported: 'what it said stands in the chat, and in what it was about',
  },
  chats: { holds: 'a chat', people: ['id'], of: (id) => sql`id = ${id}`, erase: 'delete' },
  telegram_updates: {
    holds: 'what Telegram told of a message or a press',
    people: ['bot_id'],
    // The number of an update stays, so that Telegram telling it once more changes nothing; nothing else does.
    of: (id) => sql`lane in (${sql.join(
      lanesOf(id).map((lane) => sql`${lane}`),
      sql`, `,
    )})
      or payload @> ${JSON.stringify({ message: { from: { id } } })}::jsonb
      or payload @> ${JSON.stringify({ message: { chat: { id } } })}::jsonb
      or payload @> ${JSON.stringify({ edited_message: { from: { id } } })}::jsonb`,
    erase: {
      why: 'the number alone, for three days, so that nothing is done twice',
      set: () =>
        sql`lane = 'erased', payload = '{}'::jsonb, owed = null, error = null, poisoned_at = null, state = 'done',
          done_at = coalesce(done_at, now())`,
    },
    // What others wrote to them or forwarded, and presses below what operators were told of them.
    mentions: (id) => [
      sql`update telegram_updates set payload = '{}'::jsonb, owed = null
        where state = 'done' and (payload::text ~ ${numberIn(id)} or owed::text ~ ${numberIn(id)})`,
    ],
    notExported: 'it is kept for three days at most, and stands in the chat',
  },
  daily_spending: {
    holds: 'what providers were asked for in a day, by somebody or in a group',
    people: [],
    of: (id) => sql`scope in (${`chat:${id}`}, ${`user:${id}`})`,
    erase: 'delete',
  },
  credit_debts: {
    holds: 'credits of a refunded payment that were spent',
    people: ['user_id'],
    of: ofUser,
    erase: books('a debt belongs to its payment'),
  },
  payments: {
    holds: 'a payment',
    people: ['user_id'],
    of: ofUser,
    erase: {
      why: 'law wants payments kept; by their number only Telegram, or the payment provider, knows who paid',
      set: (nobody) => sql`user_id = ${nobody}, refund_reason = null`,
    },
    // The provider's own number of a payment in stars begins with the person's.
    mentions: (id) => [
      sql`update payments set provider_charge_id = null
        where user_id = ${id} and provider_charge_id ~ ${`(^|[^0-9])${id}([^0-9]|$)`}`,
    ],
  },
  subscriptions: {
    holds: 'a subscription',
    people: ['user_id'],
    of: ofUser,
    erase: books('payments belong to it'),
  },
  invoices: {
    holds: 'an offer of credits for money',
    people: ['user_id'],
    of: ofUser,
    erase: {
      why: 'payments belong to it',
      set: (nobody) => sql`user_id = ${nobody}, link = null`,
    },
  },
  promo_code_uses: {
    holds: 'that a promo code was used',
    people: ['user_id'],
    of: ofUser,
    erase: books('how often a code may still be used is counted by it'),
  },
  ledger_entries: {
    holds: 'credits that came or went',
    people: ['user_id'],
    of: ofUser,
    erase: books('the books add up'),
    // A key says what an entry is for, and that may name a person: another's too, of an invitation.
    mentions: (id, nobody) => [
      sql`update ledger_entries
        set key = regexp_replace(key, ${`(^|:)${id}(:|$)`}, '\\1' || ${nobody}::text || '\\2')
        where key ~ ${`(^|:)${id}(:|$)`}`,
    ],
  },
  credit_holds: {
    holds: 'credits that were set aside for an order',
    people: ['user_id'],
    of: ofUser,
    erase: books('the books add up'),
  },
  orders: {
    holds: 'something that was ordered',
    people: ['owner_id', 'chat_id', 'payer_id'],
    of: owned,
    erase: {
      why: 'what was charged for is told by its kind, number and price; what was ordered is gone',
      set: (nobody) =>
        sql`owner_id = ${nobody}, chat_id = ${nobody}, thread_id = null, subject_id = null, input = '{}'::jsonb,
          progress = null, status_message_id = null`,
    },
    mentions: (id, nobody) => [
      // What was ordered in a group that is erased stays its people's.
      sql`update orders set chat_id = owner_id, thread_id = null, status_message_id = null
        where chat_id = ${id} and owner_id <> ${id}`,
      sql`delete from orders where owner_id = ${id}
        and not exists (select 1 from credit_holds where credit_holds.order_id = orders.id)`,
      sql`update orders set payer_id = ${nobody} where payer_id = ${id}`,
    ],
  },
  maintenance_told: {
    holds: 'that somebody wanted to begin something while the service was being worked on',
    people: ['user_id', 'chat_id'],
    of: (id) => sql`user_id = ${id} or chat_id = ${id}`,
    erase: 'delete',
  },
  broadcast_recipients: {
    holds: 'a message of the operators that somebody was to get',
    people: ['user_id'],
    of: ofUser,
    erase: 'delete',
  },
  broadcasts: {
    holds: 'a message that somebody wrote to many as an operator',
    people: ['chat_id'],
    of: (id) => sql`chat_id = ${id}`,
    erase: {
      why: 'many have it; who wrote it is gone',
      set: () => sql`chat_id = null, message_id = null`,
    },
    mentions: (id) => [
      sql`update broadcasts set created_by = 'erased' where created_by = ${String(id)}`,
      sql`update maintenance set started_by = 'erased' where started_by = ${String(id)}`,
    ],
    without: ['created_by'],
  },
  operator_actions: {
    holds: 'what an operator did to somebody',
    people: ['user_id'],
    of: ofUser,
    erase: {
      why: 'what operators do is audited',
      set: (nobody) => sql`user_id = ${nobody}, reason = null`,
    },
    mentions: (id) => [sql`update operator_actions set operator = 'erased' where operator = ${String(id)}`],
    without: ['operator'],
  },
  users: {
    holds: 'a person, as Telegram names them',
    people: ['id'],
    of: (id) => sql`id = ${id}`,
    erase: 'delete',
  },

  erasures: {
    nobodys: 'who leaves, until they have left: its last step takes the number out',
    people: ['user_id'],
  },
  erasure_steps: { nobodys: 'what was deleted, in numbers' },
  erased_people: { nobodys: 'keyed hashes, by which who left is erased from a restored backup too' },
  disclosures: { nobodys: 'where data go' },
  promo_codes: { nobodys: 'codes of the operators' },
  pollers: { nobodys: 'which process asks Telegram' },
  circuit_breakers: { nobodys: 'what providers refuse' },
  statements: { nobodys: 'how far statements of providers were read' },
  stops: { nobodys: 'what operators stopped' },
  maintenance: { nobodys: 'when nothing new was begun' },
  style_previews: { nobodys: 'examples of styles' },
  webhook_secrets: { nobodys: 'what webhook addresses are signed with' },
};
