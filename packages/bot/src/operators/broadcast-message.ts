import type { Broadcast } from '@aisha/core';
import type { OwedCall } from '@aisha/db';

/** The message of a broadcast, the same in the preview and for everybody who gets it. */
export function broadcastMessage({ content }: Pick<Broadcast, 'content'>, chatId: number): OwedCall {
  const { text, entities, html, photo, buttons } = content;
  const markup = buttons?.length ? { reply_markup: { inline_keyboard: buttons.map((one) => [one]) } } : {};
  const mode = html ? { parse_mode: 'HTML' } : {};
  return photo === undefined
    ? {
        method: 'sendMessage',
        payload: { chat_id: chatId, text, ...(entities ? { entities } : {}), ...mode, ...markup },
      }
    : {
        method: 'sendPhoto',
        payload: {
          chat_id: chatId,
          photo,
          ...(text ? { caption: text } : {}),
          ...(entities ? { caption_entities: entities } : {}),
          ...mode,
          ...markup,
        },
      };
}
