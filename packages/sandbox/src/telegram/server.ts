import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { executeReply, handleCall, handleFile, type BotApi } from './bot-api.ts';
import { systemClock, type Clock } from './clock.ts';
import { createControl, type TelegramControl } from './control/index.ts';
import type { Operations } from './control/operation.ts';
import { handleControl } from './control/routes.ts';
import { ApiError } from './errors.ts';
import { Events } from './events.ts';
import { createFaults } from './faults.ts';
import { FileStore } from './files.ts';
import { Journal } from './journal.ts';
import { Limiter, TELEGRAM_LIMITS, type RateLimits } from './limits.ts';
import type { Bot } from './model.ts';
import { createSaver, load, restore, type Saved } from './persistence.ts';
import { Poller } from './poller.ts';
import { Queries } from './queries.ts';
import { sendStatic } from './static-files.ts';
import { UpdateQueue } from './update-queue.ts';
import { Webhook } from './webhook.ts';
import { World } from './world.ts';

/** Made up; begins with the bot's id, as real ones do. */
export const SANDBOX_BOT_TOKEN = '7000000001:AAHsandbox-telegram-token-of-nobody';
const CALLBACK_SECONDS = 30;

export interface SandboxBot {
  token: string;
  username: string;
  firstName: string;
  /** Privacy mode in groups; on when absent, as for real bots. */
  privacy?: boolean;
}

export interface TelegramSandboxOptions {
  /** 0 or absent: any free port. */
  port?: number;
  host?: string;
  /** One made-up bot when absent. */
  bots?: readonly SandboxBot[];
  /** Where conversations, queues and files are kept for the next start; absent: nothing is kept. */
  dataDir?: string;
  clock?: Clock;
  /** Telegram's own when absent; null for none. */
  limits?: RateLimits | null;
  /** A round trip for every call, in milliseconds. */
  latencyMs?: number;
  /** `local`: webhooks may go to http, any port and private addresses, as on a server run with `--local`. */
  webhookTargets?: 'local' | 'public';
  /** The cloud was seen to answer both to a token it does not know; 401 when absent. */
  unknownTokenStatus?: 401 | 404;
  /** How long a button press may be answered. */
  callbackSeconds?: number;
}

export interface TelegramSandbox {
  /** Without a slash at the end; also the address of the chat page. */
  url: string;
  port: number;
  control: TelegramControl;
  close(): Promise<void>;
}

/** Starts a Bot API server with made-up people, and their chat page. */
export async function startTelegramSandbox(options: TelegramSandboxOptions = {}): Promise<TelegramSandbox> {
  const { host = '127.0.0.1', port = 0, clock = systemClock, dataDir } = options;
  const events = new Events();
  const files = await FileStore.open(dataDir === undefined ? undefined : path.join(dataDir, 'files'));
  const world = new World(clock, events, files);
  const api: BotApi = {
    world,
    limiter: new Limiter(clock, options.limits === undefined ? TELEGRAM_LIMITS : options.limits),
    queries: new Queries(world, options.callbackSeconds ?? CALLBACK_SECONDS),
    faults: createFaults(),
    journal: new Journal(),
    localWebhooks: options.webhookTargets !== 'public',
    unknownTokenStatus: options.unknownTokenStatus ?? 401,
    latencyMs: options.latencyMs ?? 0,
  };
  const saved = dataDir === undefined ? null : await load(dataDir);
  const bots = options.bots ?? [
    { token: SANDBOX_BOT_TOKEN, username: 'aisha_sandbox_bot', firstName: 'Aisha' },
  ];
  for (const bot of bots) addBot(api, bot, saved);
  if (saved !== null) restore(api, saved);
  const saver = dataDir === undefined ? null : createSaver(api, dataDir);
  if (saver !== null) world.onChange = () => saver.changed();

  const operations: Operations = new Map();
  const local = createControl(api, operations);
  const server = http.createServer({ keepAlive: true, requestTimeout: 0 }, (request, response) => {
    void route(api, operations, request, response);
  });
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  const url = `http://${host}:${actualPort}`;

  return {
    url,
    port: actualPort,
    control: {
      ...local,
      async download({ path: filePath }) {
        const response = await fetch(`${url}${filePath}`);
        if (!response.ok) throw new Error(`${filePath}: ${response.status}`);
        return response.bytes();
      },
    },
    async close() {
      for (const bot of world.bots.values()) {
        bot.poller.abort(new ApiError(500, 'Internal Server Error: restart'));
      }
      await saver?.flush();
      // The webhook's own timers and connections end with its settings, which are saved by now.
      world.onChange = () => {};
      for (const bot of world.bots.values()) bot.webhook.set(null);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        setImmediate(() => server.closeAllConnections());
      });
      await files.close();
    },
  };
}

function addBot(
  api: BotApi,
  { token, username, firstName, privacy = true }: SandboxBot,
  saved: Saved | null,
): void {
  const { world } = api;
  const { clock } = world;
  const id = Number(token.split(':')[0]);
  const queue = new UpdateQueue(clock, saved?.bots.find((known) => known.id === id)?.queue);
  queue.onRemoved = () => world.onChange();
  const bot: Bot = {
    id,
    token,
    username,
    firstName,
    privacy,
    queue,
    poller: new Poller(queue, clock),
    webhook: new Webhook(queue, clock, (body) => executeReply(api, bot, body)),
    allowedUpdates: null,
    commands: new Map(),
    texts: new Map(),
    menuButtons: new Map(),
    nextMessageId: 1,
    startedAt: clock.now(),
    loggedOut: false,
  };
  world.bots.set(token, bot);
}

async function route(
  api: BotApi,
  operations: Operations,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    if (url.pathname.startsWith('/bot')) await handleCall(api, request, response, url);
    else if (url.pathname.startsWith('/file/bot')) await handleFile(api, request, response, url);
    else if (url.pathname.startsWith('/sandbox/'))
      await handleControl(api, operations, request, response, url);
    else if (request.method !== 'GET' || !(await sendStatic(response, url.pathname))) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: false, error_code: 404, description: 'Not Found' }));
    }
  } catch (error) {
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
    response.end(String(error));
  }
}
