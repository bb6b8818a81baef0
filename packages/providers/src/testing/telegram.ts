import { recordingLogger } from './recording-logger.ts';
import { json, scriptedServer, type Script } from './scripted-server.ts';
import { createTelegramClient, type CallOptions } from '../telegram/client.ts';

export const token = '123456:AAsecretsecretsecretsecretsecretse';
export const reply: CallOptions = { priority: 'reply' };

export const ok: Script = (_, response) => json(response, 200, { ok: true, result: { message_id: 7 } });
export const refuse =
  (code: number, description: string, parameters?: object): Script =>
  (_, response) =>
    json(response, code, { ok: false, error_code: code, description, parameters });

export function clientAt(apiRoot: string) {
  const log = recordingLogger();
  const client = createTelegramClient({ config: { token, botId: 123456, apiRoot }, redis: null, log });
  return { client, log };
}

/** A server with that script and a client of it. */
export async function answering(script: Script) {
  const server = await scriptedServer(script);
  return { server, ...clientAt(server.url), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
