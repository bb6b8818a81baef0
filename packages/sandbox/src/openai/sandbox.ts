import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import {
  COMMANDS,
  createLocalControl,
  isCommand,
  type OpenAiControl,
  type OpenAiSettings,
} from './control.ts';
import { wordsIn } from './audio.ts';
import type { CompatibleServer } from './servers.ts';
import { ApiError, badRequest } from './errors.ts';
import { createFaultBook, errorOfFault, type Fault } from './faults.ts';
import { createJournal, type JournalEntry, shortened } from './journal.ts';
import type { Reply } from './reply.ts';
import { answer, type Asked, modelNamed, readRequest, routeOf, textOf } from './routes.ts';
import { createScriptBook } from './scripts.ts';
import { commonHeaders, sendError, sendReply } from './send.ts';

/** The key that is accepted unless others are given. Made up: it opens nothing but the stand-in. */
export const SANDBOX_OPENAI_KEY = 'sk-sandbox-aisha-0123456789';

export interface OpenAiSandboxOptions {
  /** 0 (default) for any free one. */
  port?: number;
  host?: string;
  /** Accepted bearer keys. */
  keys?: readonly string[];
  /** The date that decides which models have ended. */
  clock?: () => Date;
  /** How long a minute of audio takes; default 0. */
  msPerAudioMinute?: number;
  /** How long every request takes besides; default 0. */
  msPerRequest?: number;
  /** Speech as some other server answers it. */
  server?: CompatibleServer;
}

export interface OpenAiSandbox {
  /** Base address with `/v1`, as OPENAI_BASE_URL takes it. */
  url: string;
  port: number;
  control: OpenAiControl;
  close(): Promise<void>;
}

/** Stops the handling of a request whose connection is to break. */
class ConnectionReset extends Error {}

/** Starts the OpenAI stand-in. */
export async function startOpenAiSandbox(options: OpenAiSandboxOptions = {}): Promise<OpenAiSandbox> {
  const host = options.host ?? '127.0.0.1';
  const keys = new Set(options.keys ?? [SANDBOX_OPENAI_KEY]);
  const defaults: OpenAiSettings = {
    clock: null,
    msPerAudioMinute: options.msPerAudioMinute ?? 0,
    msPerRequest: options.msPerRequest ?? 0,
  };
  const settings = { ...defaults };
  const faults = createFaultBook();
  const journal = createJournal();
  const scripts = createScriptBook();
  const control = createLocalControl({ faults, journal, scripts, settings, defaults });
  const closing = new AbortController();
  const now = (): Date =>
    settings.clock === null ? (options.clock?.() ?? new Date()) : new Date(settings.clock);
  const pause = async (ms: number): Promise<void> => {
    if (ms > 0) await delay(ms, undefined, { signal: closing.signal });
  };

  const authorize = (request: IncomingMessage): void => {
    const given = /^Bearer (.+)$/u.exec(request.headers.authorization ?? '')?.[1];
    if (given === undefined) {
      throw new ApiError(
        401,
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
        { code: 'invalid_api_key' },
      );
    }
    if (keys.has(given)) return;
    const shown = given.length > 12 ? `${given.slice(0, 5)}***${given.slice(-4)}` : '***';
    throw new ApiError(401, `Incorrect API key provided: ${shown}.`, { code: 'invalid_api_key' });
  };

  async function handleApi(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const begun = performance.now();
    const id = `req_${randomBytes(16).toString('hex')}`;
    const headers = (): Record<string, string> => commonHeaders(id, performance.now() - begun);
    const method = request.method ?? 'GET';
    let entry: JournalEntry | null = null;
    let asked: Asked | null = null;
    let fault: Fault | null = null;
    try {
      const route = routeOf(method, path);
      entry = entryOf(id, route.name, request, path, now());
      journal.add(entry);
      const known = entry;
      response.once('close', () => {
        known.aborted = !response.writableFinished;
      });
      authorize(request);
      const broken = faults.onUpload(route.name);
      asked = await readRequest(route, request, (bytes) => {
        known.bytesRead = bytes;
        if (broken && bytes >= broken.afterBytes) throw new ConnectionReset();
      });
      describe(known, asked);
      const said = faults.listens() && asked.name === 'transcriptions' ? await wordsIn(asked.form.file) : '';
      fault = faults.onRequest(route.name, known.model ?? '', textOf(asked), said);
      known.fault = broken ? broken.kind : (fault?.kind ?? null);
      await pause(settings.msPerRequest + (fault?.kind === 'slow' ? fault.ms : 0));
      if (fault?.kind === 'hang') return;
      const error = fault === null ? null : errorOfFault(fault, known.model ?? '');
      if (error) throw error;
      const reply: Reply =
        fault?.kind === 'no_content'
          ? { kind: 'text', status: 204, contentType: '', text: '' }
          : await answer(asked, fault, {
              now,
              server: options.server ?? null,
              scripts,
              msPerAudioMinute: settings.msPerAudioMinute,
              pause,
              heardSeconds: (seconds) => {
                if (known.file) known.file.seconds = seconds;
              },
            });
      if (fault?.kind === 'reset_answer') throw new ConnectionReset();
      known.status = reply.kind === 'events' ? 200 : reply.status;
      await sendReply(response, reply, headers(), fault?.kind === 'stall');
    } catch (error) {
      if (error instanceof ConnectionReset) {
        if (entry) entry.fault ??= fault?.kind ?? 'reset_upload';
        request.socket.resetAndDestroy();
        return;
      }
      if (closing.signal.aborted || request.socket.destroyed) return;
      const told = error instanceof ApiError ? error : failed(error);
      if (entry) {
        entry.status = told.status;
        entry.errorCode = told.code;
      }
      await sendError(request, response, told, headers(), fault?.kind === 'stall');
    } finally {
      if (entry) entry.ms = Math.round(performance.now() - begun);
      if (asked?.name === 'transcriptions') await asked.form.discard();
    }
  }

  async function handleControl(
    request: IncomingMessage,
    response: ServerResponse,
    name: string,
  ): Promise<void> {
    const reply = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    try {
      if (name === 'health') return reply(200, { ok: true });
      if (!isCommand(name)) return reply(404, { error: `no control ${name}` });
      const chunks: Buffer[] = [];
      for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
      const body: unknown = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
      reply(200, { value: (await COMMANDS[name].run(control, body)) ?? null });
    } catch (error) {
      reply(400, { error: error instanceof Error ? error.message : String(error) });
    }
  }

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname.startsWith('/sandbox/'))
      void handleControl(request, response, pathname.slice('/sandbox/'.length));
    else void handleApi(request, response, pathname.replace(/(?<=.)\/$/u, ''));
  });
  // Long audio takes its time, and hung requests are wanted.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : (options.port ?? 0);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/v1`,
    port,
    control,
    async close() {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function failed(error: unknown): ApiError {
  if (error instanceof URIError) return badRequest('Invalid URL');
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ApiError(500, `The sandbox failed: ${why}`, { type: 'server_error' });
}

function entryOf(
  id: string,
  route: JournalEntry['route'],
  request: IncomingMessage,
  path: string,
  at: Date,
): JournalEntry {
  const count = request.headers['x-stainless-retry-count'];
  const length = request.headers['content-length'];
  return {
    id,
    at: at.toISOString(),
    route,
    method: request.method ?? 'GET',
    path,
    retryCount: typeof count === 'string' ? Number(count) : null,
    userAgent: request.headers['user-agent'] ?? null,
    chunked: request.headers['transfer-encoding'] === 'chunked',
    contentLength: length === undefined ? null : Number(length),
    bytesRead: 0,
    model: null,
    body: null,
    file: null,
    status: null,
    errorCode: null,
    fault: null,
    ms: null,
    aborted: false,
  };
}

function describe(entry: JournalEntry, asked: Asked): void {
  entry.model = modelNamed(asked);
  if (asked.name === 'transcriptions') {
    const { fields, file } = asked.form;
    entry.body = Object.fromEntries(
      [...fields].map(([name, values]) => [name, shortened(values.length === 1 ? values[0] : values)]),
    );
    if (file) {
      const { name, contentType, bytes, sha256 } = file;
      entry.file = { name, contentType, bytes, sha256, seconds: null };
    }
  } else if (asked.name !== 'models') entry.body = shortened(asked.body);
}
