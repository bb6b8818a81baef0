import { storable } from '@aisha/service';
import { z } from 'zod';

const person = z.looseObject({ id: z.number() });
const withChat = z.looseObject({ chat: z.looseObject({ id: z.number() }) });

/** The parts of an update that decide where it is handled. */
const updateShape = z.looseObject({
  update_id: z.number().int(),
  message: withChat.optional(),
  edited_message: withChat.optional(),
  callback_query: z.looseObject({ from: person }).optional(),
  pre_checkout_query: z.looseObject({ from: person }).optional(),
  my_chat_member: withChat.optional(),
});

export interface IncomingUpdate {
  readonly updateId: number;
  readonly lane: string;
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * What is handled in order: a chat's messages, one after the other; a person's presses and checkouts in lanes of
 * their own, since they must be answered within seconds. Null when it is no update.
 */
export function incoming(raw: unknown): IncomingUpdate | null {
  const parsed = updateShape.safeParse(storable(raw));
  if (!parsed.success) return null;
  const update = parsed.data;
  const kind = Object.keys(update).find((key) => key !== 'update_id') ?? 'empty';
  const chat = update.message ?? update.edited_message ?? update.my_chat_member;
  const lane = update.callback_query
    ? `press-${update.callback_query.from.id}`
    : update.pre_checkout_query
      ? `checkout-${update.pre_checkout_query.from.id}`
      : chat
        ? `chat${chat.chat.id}`
        : `other-${kind}`;
  return { updateId: update.update_id, lane, kind, payload: update };
}
