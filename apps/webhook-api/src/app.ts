import { randomUUID } from 'node:crypto';
import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { parse } from 'node:querystring';
import type { HealthHandler, Logger, Metrics } from '@aisha/service';
import express, { type ErrorRequestHandler, type Express } from 'express';
import helmet from 'helmet';
import { BadBody, readBody } from './bodies.ts';
import { type FalWebhookParts, takeFalWebhook } from './fal-webhook.ts';
import { type FalOutcome, statusOf, type TelegramOutcome } from './outcomes.ts';
import { takeTelegramWebhook, type TelegramWebhookParts } from './telegram-webhook.ts';

export interface AppParts {
  readonly fal: FalWebhookParts;
  readonly telegram: TelegramWebhookParts;
  readonly health: HealthHandler;
  readonly metrics: Pick<Metrics, 'falWebhooks' | 'telegramWebhooks'>;
  readonly log: Logger;
}

/** An update is at most 512 KiB, a webhook of FAL far less. */
const BODY_LIMIT = 1024 * 1024;

const FAL_ROUTES = {
  status: '/webhook/fal/status',
  portrait: '/webhook/fal/portrait',
  // The older system's address.
  legacy: '/api/v1/avatar/status_update',
} as const;
const TELEGRAM_ROUTE = '/webhook/telegram';

/** Takes a webhook whose body is still to be read; never rejects for what its sender did. */
type Take = (
  request: IncomingMessage,
  rawBody: Buffer,
  query: string,
) => Promise<FalOutcome | TelegramOutcome>;

/**
 * The HTTP surface: checks, enqueues, answers with a status and one word. Webhooks go straight to their handlers, since the
 * way through express cost as much as all that they need; everything else is express'.
 */
export function createApp(parts: AppParts): RequestListener {
  const routes = webhookRoutes(parts);
  const protect = helmet();
  const headers = headersOf(protect);
  const take = (request: IncomingMessage, response: ServerResponse, handler: Take, query: string) =>
    readBody(request, BODY_LIMIT)
      .then((rawBody) => handler(request, rawBody, query))
      .then(
        (outcome) => answer(parts.log, request, response, outcome, headers),
        (error: unknown) => answerError(parts.log, request, response, error, headers),
      );
  const other = otherRoutes(parts, protect, [...routes.keys()]);
  return (request, response) => {
    const url = request.url ?? '';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const handler =
      request.method === 'POST'
        ? (routes.get(path) ?? routes.get(path.toLowerCase().replace(/\/$/, '')))
        : undefined;
    if (handler) void take(request, response, handler, mark < 0 ? '' : url.slice(mark + 1));
    else other(request, response);
  };
}

function webhookRoutes(parts: AppParts): ReadonlyMap<string, Take> {
  const fal = Object.entries(FAL_ROUTES).map(([route, path]): [string, Take] => [
    path,
    async ({ headers }, rawBody, query) => {
      const outcome = await takeFalWebhook(parts.fal, { headers, rawBody, query: parse(query) });
      parts.metrics.falWebhooks.inc({ route, outcome });
      return outcome;
    },
  ]);
  const telegram: Take = async ({ headers }, rawBody) => {
    const outcome = await takeTelegramWebhook(parts.telegram, {
      secretToken: single(headers['x-telegram-bot-api-secret-token']),
      rawBody,
    });
    parts.metrics.telegramWebhooks.inc({ outcome });
    return outcome;
  };
  return new Map([...fal, [TELEGRAM_ROUTE, telegram]]);
}

function otherRoutes(
  parts: AppParts,
  protect: ReturnType<typeof helmet>,
  webhooks: readonly string[],
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', 'loopback, uniquelocal');
  app.use(protect);
  for (const path of webhooks)
    app.all(
      path,
      (_request, response) =>
        void response.set('allow', 'POST').status(405).json({ status: 'method not allowed' }),
    );
  app.get(['/health', '/health/live', '/health/ready', '/metrics'], async (request, response) => {
    const report = await parts.health(request.path);
    if (report) response.status(report.status).type(report.contentType).send(report.body);
    else response.status(404).json({ status: 'not found' });
  });
  app.use((_request, response) => void response.status(404).json({ status: 'not found' }));
  app.use(onError(parts.log));
  return app;
}

/** What helmet puts on every answer: the same each time, so it is asked once. */
function headersOf(protect: ReturnType<typeof helmet>): Readonly<Record<string, string>> {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  protect(response.req, response, () => undefined);
  return Object.fromEntries(
    Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]),
  );
}

type Headers = Readonly<Record<string, string>>;

function say(response: ServerResponse, status: number, word: string, headers: Headers): void {
  const body = `{"status":"${word}"}`;
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  });
  response.end(body);
}

function answer(
  log: Logger,
  request: IncomingMessage,
  response: ServerResponse,
  outcome: FalOutcome | TelegramOutcome,
  headers: Headers,
): void {
  const status = statusOf(outcome);
  // Rejects by age stand apart: FAL's late retries must be signed anew, or we would lose them.
  if (status >= 400)
    log.warn('webhook not taken', { path: pathOf(request), outcome, requestId: requestIdOf(request) });
  say(response, status, outcome, status === 503 ? { ...headers, 'retry-after': '5' } : headers);
}

/** A body that is too large, cut off or encoded is the sender's fault; anything else is ours and says nothing. */
function answerError(
  log: Logger,
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  headers: Headers,
): void {
  // Nobody is there to be answered.
  if (response.destroyed) return;
  if (error instanceof BadBody) {
    say(response, error.status, error.status === 413 ? 'too large' : 'malformed', headers);
    return;
  }
  log.error('a request failed', { path: pathOf(request), requestId: requestIdOf(request), error });
  say(response, 500, 'error', headers);
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

const single = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

function requestIdOf({ headers }: IncomingMessage): string {
  const given = single(headers['x-request-id']);
  return given && /^[\w-]{1,64}$/.test(given) ? given : randomUUID();
}

/** Of what comes without a body: a path that cannot be read is its sender's fault. */
function onError(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const status =
      typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
        ? error.status
        : 500;
    if (status >= 400 && status < 500) {
      response.status(status).json({ status: 'malformed' });
      return undefined;
    }
    log.error('a request failed', { path: request.path, requestId: requestIdOf(request), error });
    response.status(500).json({ status: 'error' });
    return undefined;
  };
}
