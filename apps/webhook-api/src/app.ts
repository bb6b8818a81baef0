import { randomUUID } from 'node:crypto';
import type { HealthHandler, Logger, Metrics } from '@aisha/service';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import helmet from 'helmet';
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

/** The HTTP surface: checks, enqueues, answers with a status and one word. */
export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', 'loopback, uniquelocal');
  app.use(helmet());

  // The signature covers the bytes as they came: nothing may be parsed, inflated or re-encoded before it is checked.
  const rawBody = express.raw({ type: () => true, limit: BODY_LIMIT, inflate: false });

  for (const [route, path] of Object.entries(FAL_ROUTES))
    app.post(path, rawBody, async (request, response) => {
      const outcome = await takeFalWebhook(parts.fal, {
        headers: request.headers,
        rawBody: bodyOf(request),
        query: request.query,
      });
      parts.metrics.falWebhooks.inc({ route, outcome });
      answer(parts.log, request, response, outcome);
    });
  app.post('/webhook/telegram', rawBody, async (request, response) => {
    const outcome = await takeTelegramWebhook(parts.telegram, {
      secretToken: request.get('x-telegram-bot-api-secret-token'),
      rawBody: bodyOf(request),
    });
    parts.metrics.telegramWebhooks.inc({ outcome });
    answer(parts.log, request, response, outcome);
  });
  for (const path of [...Object.values(FAL_ROUTES), '/webhook/telegram'])
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

const bodyOf = (request: Request): Buffer => (Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));

function answer(
  log: Logger,
  request: Request,
  response: Response,
  outcome: FalOutcome | TelegramOutcome,
): void {
  const status = statusOf(outcome);
  // Rejects by age stand apart: FAL's late retries must be signed anew, or we would lose them.
  if (status >= 400)
    log.warn('webhook not taken', { path: request.path, outcome, requestId: requestIdOf(request) });
  if (status === 503) response.set('retry-after', '5');
  response.status(status).json({ status: outcome });
}

function requestIdOf(request: Request): string {
  const given = request.get('x-request-id');
  return given && /^[\w-]{1,64}$/.test(given) ? given : randomUUID();
}

/** A body that is too large, cut off or encoded is the sender's fault; anything else is ours and says nothing. */
function onError(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const status =
      typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
        ? error.status
        : 500;
    if (status >= 400 && status < 500) {
      response.status(status).json({ status: status === 413 ? 'too large' : 'malformed' });
      return undefined;
    }
    log.error('a request failed', { path: request.path, requestId: requestIdOf(request), error });
    response.status(500).json({ status: 'error' });
    return undefined;
  };
}
