import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { json, reset, scriptedServer, type Script } from './scripted-server.ts';
import type { TelegramStand } from './telegram-suite.ts';
import { clientAt } from './telegram.ts';

const fields = z.object({
  chat_id: z.coerce.number().default(0),
  message_id: z.coerce.number().default(0),
  text: z.string().default(''),
  url: z.string().default(''),
  offset: z.coerce.number().default(0),
  timeout: z.coerce.number().default(0),
  reply_parameters: z.object({ message_id: z.number() }).optional(),
});
type Fields = z.output<typeof fields>;

const POLLED =
  'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running';
const HOOKED =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

class Refusal extends Error {
  readonly code: number;
  constructor(code: number, description: string) {
    super(description);
    this.code = code;
  }
}

/** A second Bot API, a page long, with Telegram's words: shows that the suite asks for nothing that only the stand-in does. */
export async function startSmallBotApi(): Promise<TelegramStand> {
  const people = new Map<
    number,
    { blocked: boolean; loses: boolean; messages: Map<number, string>; got: number }
  >();
  const updates: { update_id: number }[] = [];
  let ids = 100;
  let webhook = '';
  let waiting: ServerResponse | null = null;

  const refuse = (response: ServerResponse, { code, message }: Refusal) =>
    json(response, code, { ok: false, error_code: code, description: message });

  const METHODS: Readonly<Record<string, (asked: Fields) => unknown>> = {
    sendMessage: ({ chat_id: id, text, reply_parameters: answered }) => {
      const person = people.get(id);
      if (!person) throw new Refusal(400, 'Bad Request: chat not found');
      if (person.blocked) throw new Refusal(403, 'Forbidden: bot was blocked by the user');
      if (answered && !person.messages.has(answered.message_id))
        throw new Refusal(400, 'Bad Request: message to be replied not found');
      ids += 1;
      person.got += 1;
      person.messages.set(ids, text);
      return { message_id: ids };
    },
    editMessageText: ({ chat_id: id, message_id: messageId, text }) => {
      const messages = people.get(id)?.messages;
      const present = messages?.get(messageId);
      if (present === undefined) throw new Refusal(400, 'Bad Request: message to edit not found');
      if (present === text) throw new Refusal(400, 'Bad Request: message is not modified');
      messages?.set(messageId, text);
      return { message_id: messageId };
    },
    deleteMessage: ({ chat_id: id, message_id: messageId }) => {
      if (people.get(id)?.messages.delete(messageId) !== true)
        throw new Refusal(400, 'Bad Request: message to delete not found');
      return true;
    },
    setWebhook: ({ url }) => {
      webhook = url;
      return true;
    },
    deleteWebhook: () => {
      webhook = '';
      return true;
    },
    getWebhookInfo: () => ({ url: webhook, has_custom_certificate: false, pending_update_count: 0 }),
  };

  function poll({ offset, timeout }: Fields, response: ServerResponse): void {
    if (webhook !== '') return refuse(response, new Refusal(409, HOOKED));
    if (waiting) refuse(waiting, new Refusal(409, POLLED));
    waiting = null;
    const due = updates.filter(({ update_id: id }) => id >= offset);
    if (due.length > 0 || timeout === 0) return json(response, 200, { ok: true, result: due });
    waiting = response;
    response.once('close', () => (waiting = waiting === response ? null : waiting));
  }

  const script: Script = (request, response) => {
    const name = request.path.split('/').at(-1) ?? '';
    const asked = fields.parse(request.body.length === 0 ? {} : JSON.parse(String(request.body)));
    if (name === 'getUpdates') return poll(asked, response);
    try {
      const result = METHODS[name]?.(asked);
      const person = people.get(asked.chat_id);
      if (person?.loses) {
        person.loses = false;
        return reset(response);
      }
      json(response, 200, { ok: true, result });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(response, error);
    }
  };

  const server = await scriptedServer(script);
  const { client } = clientAt(server.url);
  const known = (id: number) => {
    const person = people.get(id);
    if (!person) throw new Error(`nobody is ${id}`);
    return person;
  };
  return {
    client,
    person: async () => {
      ids += 1;
      people.set(ids, { blocked: false, loses: false, messages: new Map(), got: 0 });
      updates.push({ update_id: ids });
      return ids;
    },
    block: async (id) => void (known(id).blocked = true),
    loseAnswer: async (id) => void (known(id).loses = true),
    received: async (id) => known(id).got,
    close: async () => {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
