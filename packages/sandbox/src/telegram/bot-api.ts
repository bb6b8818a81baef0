import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, conflict, tooManyRequests, unauthorized } from './errors.ts';
import type { FaultAction, Faults } from './faults.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { Limiter } from './limits.ts';
import { findMethod } from './methods/index.ts';
import { MAX_DOWNLOAD_BYTES } from './methods/media.ts';
import { Described, RawJson } from './methods/method.ts';
import type { Bot } from './model.ts';
import { fillFromObject, Params, readParams } from './params.ts';
import { OTHER_GET_UPDATES } from './poller.ts';
import type { Queries } from './queries.ts';
import type { World } from './world.ts';

const TOKEN = /^\d{1,19}:[A-Za-z0-9_-]{3,80}$/;
const BAD_GATEWAY =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n' +
  '<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n';

export interface BotApi {
  world: World;
  limiter: Limiter;
  queries: Queries;
  faults: Faults;
  journal: Journal;
  localWebhooks: boolean;
  unknownTokenStatus: 401 | 404;
  /** A round trip to the server, half on the way there and half on the way back. */
  latencyMs: number;
}

interface Answer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

const answerOf = (result: unknown): Answer => {
  if (result instanceof RawJson) return { status: 200, body: `{"ok":true,"result":${result.text}}` };
  if (result instanceof Described) {
    return {
      status: 200,
      body: JSON.stringify({ ok: true, result: result.result, description: result.description }),
    };
  }
  return { status: 200, body: JSON.stringify({ ok: true, result }) };
};

function failure(error: unknown): Answer {
  const known =
    error instanceof ApiError ? error : new ApiError(500, `Internal Server Error: ${String(error)}`);
  const { code, message, parameters } = known;
  const body = JSON.stringify({ ok: false, error_code: code, description: message, parameters });
  const retryAfter = parameters?.retry_after;
  return retryAfter === undefined
    ? { status: code, body }
    : { status: code, body, headers: { 'retry-after': `${retryAfter}` } };
}

function respond(response: ServerResponse, { status, body, headers }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

/** The bot a token stands for. */
function authorize(api: BotApi, token: string): Bot {
  const bot = api.world.bots.get(token);
  if (bot === undefined) {
    if (api.unknownTokenStatus === 404) throw new ApiError(404, 'Not Found');
    if (!TOKEN.test(token)) throw new ApiError(401, 'Unauthorized: invalid token specified');
    throw unauthorized();
  }
  if (bot.loggedOut) throw new ApiError(400, 'Logged out');
  return bot;
}

/** Carries out one method. */
export async function execute(api: BotApi, bot: Bot, name: string, params: Params): Promise<unknown> {
  const method = findMethod(name);
  if (method === undefined) throw new ApiError(404, 'Not Found: method not found');
  const { world, limiter, queries, localWebhooks } = api;
  return method.run({ world, bot, params, limiter, queries, localWebhooks });
}

/** Runs what a webhook's 2xx answer asks for; what needs a result or changes the connection is ignored. */
export async function executeReply(api: BotApi, bot: Bot, body: unknown): Promise<void> {
  const params = new Params();
  fillFromObject(body, params.values);
  const name = params.text('method') ?? '';
  const lower = name.toLowerCase();
  if (lower.startsWith('get') || ['', 'setwebhook', 'deletewebhook', 'close', 'logout'].includes(lower))
    return;
  const entry = api.journal.begin(
    api.world.clock.now(),
    bot.username,
    findMethod(name)?.name ?? name,
    params,
  );
  try {
    await execute(api, bot, name, params);
    entry.status = 200;
  } catch (error) {
    entry.status = error instanceof ApiError ? error.code : 500;
    entry.error = String(error);
  }
}

/** `/bot<token>/<method>`, also `/bot<token>/test/<method>`. */
export async function handleCall(
  api: BotApi,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  if (api.latencyMs > 0) await pause(api.latencyMs / 2);
  let entry: JournalEntry | null = null;
  let answer: Answer;
  let fault: FaultAction | null = null;
  try {
    const [, token = '', path = ''] = /^\/bot([^/]*)\/?(.*)$/.exec(url.pathname) ?? [];
    const bot = authorize(api, decodeURIComponent(token));
    const params = await readParams(request, url.searchParams);
    const asked = path.replace(/^test\//, '').replace(/\/$/, '');
    const wanted = asked === '' ? (params.text('method') ?? '') : asked;
    const name = findMethod(wanted)?.name ?? wanted;
    entry = api.journal.begin(api.world.clock.now(), bot.username, name, params);
    fault = api.faults.strike(name, entry.chatId);
    entry.fault = fault?.kind;
    answer = await answerUnderFault(api, bot, name, params, fault, request);
  } catch (error) {
    answer = failure(error);
    if (entry !== null) entry.error = error instanceof Error ? error.message : String(error);
    if (!request.complete) request.resume();
  }
  if (entry !== null) entry.took = api.world.clock.now() - entry.at;
  if (fault?.kind === 'hang' || fault?.kind === 'drop_response' || request.socket.destroyed) return;
  if (fault?.kind === 'reset_after') {
    request.socket.resetAndDestroy();
    return;
  }
  if (entry !== null) entry.status = answer.status;
  if (api.latencyMs > 0) await pause(api.latencyMs / 2);
  respond(response, answer);
}

async function answerUnderFault(
  api: BotApi,
  bot: Bot,
  name: string,
  params: Params,
  fault: FaultAction | null,
  request: IncomingMessage,
): Promise<Answer> {
  switch (fault?.kind) {
    case 'hang':
      return { status: 0, body: '' };
    case 'reset_before':
      request.socket.resetAndDestroy();
      return { status: 0, body: '' };
    case 'bad_gateway':
      return { status: 502, body: BAD_GATEWAY, headers: { 'content-type': 'text/html' } };
    case 'server_error':
      throw new ApiError(500, 'Internal Server Error: restart');
    case 'too_many_requests':
      throw tooManyRequests(fault.retryAfter);
    case 'unauthorized':
      throw unauthorized();
    case 'conflict':
      throw conflict(OTHER_GET_UPDATES);
    case 'error':
      throw new ApiError(fault.code, fault.description);
    case 'delay':
      await pause(fault.ms);
      return answerOf(await execute(api, bot, name, params));
    case 'drop_response':
    case 'reset_after':
    case undefined:
      return answerOf(await execute(api, bot, name, params));
  }
}

/** `/file/bot<token>/<file_path>`: the cloud serves files of up to 20 MiB. */
export async function handleFile(
  api: BotApi,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  if (api.latencyMs > 0) await pause(api.latencyMs);
  const params = new Params();
  try {
    const [, token = '', path = ''] = /^\/file\/bot([^/]*)\/(.*)$/.exec(url.pathname) ?? [];
    const bot = authorize(api, decodeURIComponent(token));
    const entry = api.journal.begin(api.world.clock.now(), bot.username, 'file', params);
    const fault = api.faults.strike('file', null);
    entry.fault = fault?.kind;
    if (fault?.kind === 'hang' || fault?.kind === 'drop_response') return;
    if (fault?.kind === 'reset_before') {
      request.socket.resetAndDestroy();
      return;
    }
    const file = api.world.files.byPath(decodeURIComponent(path));
    if (file === undefined || file.size > MAX_DOWNLOAD_BYTES) throw new ApiError(404, 'Not Found');
    const bytes = await api.world.files.read(file);
    if (fault?.kind === 'reset_after') {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, bytes.length / 2), () => request.socket.resetAndDestroy());
      return;
    }
    if (fault?.kind === 'delay') await pause(fault.ms);
    else if (fault !== null) {
      respond(response, await answerUnderFault(api, bot, 'getMe', params, fault, request));
      return;
    }
    entry.status = 200;
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length });
    response.end(bytes);
  } catch (error) {
    respond(response, failure(error));
  }
}
