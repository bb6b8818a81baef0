import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { BotApi } from '../bot-api.ts';
import { ApiError } from '../errors.ts';
import type { SandboxEvent } from '../events.ts';
import { readBody, readMultipart, type Upload } from '../params.ts';
import { botNamed } from './context.ts';
import type { Operations } from './operation.ts';
import { messageView } from './view.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MAX_FILE_BYTES = 2 * 1024 * 1024 * 1024;
const KEEP_ALIVE_MS = 15_000;

function json(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** Puts the bytes of form parts where the payload refers to them. */
function restore(value: unknown, files: ReadonlyMap<string, Upload>): unknown {
  if (Array.isArray(value)) return value.map((item) => restore(item, files));
  if (typeof value !== 'object' || value === null) return value;
  if ('$file' in value && typeof value.$file === 'string') return files.get(value.$file)?.bytes;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, restore(item, files)]));
}

async function readInput(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-type']?.startsWith('multipart/form-data') === true) {
    const values = new Map<string, string>();
    const files = new Map<string, Upload>();
    await readMultipart(request, values, files, MAX_FILE_BYTES);
    return restore(JSON.parse(values.get('payload') ?? '{}'), files);
  }
  const body = (await readBody(request, MAX_BODY_BYTES)).toString('utf8');
  return body === '' ? {} : JSON.parse(body);
}

/** `GET /sandbox/files/<key>`: what people see and download, of any size; parts of it for players. */
async function sendFile(
  api: BotApi,
  request: IncomingMessage,
  response: ServerResponse,
  key: string,
): Promise<void> {
  const file = api.world.files.get(key);
  if (file === undefined) {
    json(response, 404, { error: 'file not found' });
    return;
  }
  const bytes = await api.world.files.read(file);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = Number(range?.[1] ?? 0);
  const end =
    range === null || range[2] === '' ? bytes.length - 1 : Math.min(Number(range[2]), bytes.length - 1);
  const part = range === null ? bytes : bytes.subarray(start, end + 1);
  response.writeHead(range === null ? 200 : 206, {
    'content-type': file.mime === '' ? 'application/octet-stream' : file.mime,
    'content-length': part.length,
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=31536000, immutable',
    // Nothing that a bot sends may run as a page here.
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    ...(range === null ? {} : { 'content-range': `bytes ${start}-${end}/${bytes.length}` }),
  });
  response.end(part);
}

/** What the page needs to know about an event, so that it has nothing to ask for. */
function eventView(api: BotApi, event: SandboxEvent): object {
  const { world } = api;
  const chat = event.chatKey === undefined ? undefined : world.chats.get(event.chatKey);
  const message = event.messageId === undefined ? undefined : chat?.messages.get(event.messageId);
  if (event.kind === 'message' && chat !== undefined && message !== undefined) {
    const bot =
      (chat.botId === undefined ? undefined : world.botById(chat.botId)) ?? botNamed(api, undefined);
    return { ...event, chatId: chat.id, message: messageView(api, bot, chat, message) };
  }
  if (event.kind === 'happening' && chat !== undefined) {
    const happening = chat.happenings.find(({ seq }) => seq === event.seq);
    return { ...event, chatId: chat.id, happening };
  }
  if (event.kind === 'user') return { ...event, user: world.people.get(event.userId ?? 0) };
  return event;
}

/** `GET /sandbox/events`: server-sent events, from now on. */
function sendEvents(api: BotApi, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(`event: hello\ndata: ${JSON.stringify({ seq: api.world.events.seq })}\n\n`);
  const stop = api.world.events.listen((event) => {
    response.write(`data: ${JSON.stringify(eventView(api, event))}\n\n`);
  });
  const beat = setInterval(() => response.write(': alive\n\n'), KEEP_ALIVE_MS);
  request.on('close', () => {
    stop();
    clearInterval(beat);
  });
}

/** Everything under `/sandbox/`. */
export async function handleControl(
  api: BotApi,
  operations: Operations,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  try {
    const [name = '', rest = '', verb] = url.pathname.replace('/sandbox/', '').split('/');
    if (request.method === 'GET' && name === 'events') {
      sendEvents(api, request, response);
      return;
    }
    if (request.method === 'GET' && name === 'files') {
      await sendFile(api, request, response, decodeURIComponent(rest));
      return;
    }
    const fromQuery: Record<string, unknown> = {};
    for (const [key, value] of url.searchParams)
      fromQuery[key] = /^-?\d+$/.test(value) ? Number(value) : value;
    // `/sandbox/chats/<id>` and `/sandbox/chats/<id>/wait` read better in a shell than a POST.
    const isChat = name === 'chats';
    const operation = operations.get(isChat ? (verb ?? 'transcript') : name);
    if (operation === undefined) {
      json(response, 404, { error: `there is no control call "${name}"`, calls: [...operations.keys()] });
      return;
    }
    const input = request.method === 'GET' ? fromQuery : await readInput(request);
    const result = await operation(isChat ? { ...fromQuery, chatId: Number(rest) } : input);
    json(response, 200, { result });
  } catch (error) {
    const isExpected =
      error instanceof ApiError || error instanceof z.ZodError || error instanceof SyntaxError;
    const text = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    json(response, isExpected ? 400 : 500, { error: text });
  }
}
