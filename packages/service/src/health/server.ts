import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Health } from './health.ts';

export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly contentType: string;
  readonly body: string;
}

/** Answers `GET path` for the health and metrics addresses; null for any other path. */
export type HealthHandler = (path: string) => Promise<HealthAnswer | null>;

/** The same four addresses for every process, whatever serves them: node:http here, express in the webhook API. */
export function createHealthHandler({
  health,
  metrics,
}: {
  health: Health;
  metrics: Metrics;
}): HealthHandler {
  return async (path) => {
    switch (path) {
      case '/health/live': {
        const report = health.live();
        return json(report.status === 'ok' ? 200 : 503, report);
      }
      case '/health/ready': {
        const report = await health.ready();
        return json(isServing(report.status) ? 200 : 503, report);
      }
      case '/health': {
        const report = await health.summary();
        return json(isServing(report.status) && report.live.status === 'ok' ? 200 : 503, report);
      }
      case '/metrics':
        return {
          status: 200,
          contentType: metrics.registry.contentType,
          body: await metrics.registry.metrics(),
        };
      default:
        return null;
    }
  };
}

function isServing(status: string): boolean {
  return status === 'ok' || status === 'degraded';
}

function json(status: 200 | 503, report: unknown): HealthAnswer {
  return { status, contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(report)}\n` };
}

export interface HealthServer {
  /** The port it listens on; differs from the asked one when that was 0. */
  readonly port: number;
  close(): Promise<void>;
}

export interface HealthServerOptions {
  readonly port: number;
  readonly host?: string;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Serves health and metrics for a process that has no web server of its own. */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { health, metrics, log } = options;
  const handle = createHealthHandler({ health, metrics });

  async function answer(
    method: string,
    path: string,
  ): Promise<{ status: number; contentType: string; body: string }> {
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, contentType: 'text/plain', body: '' };
    return (await handle(path)) ?? { status: 404, contentType: 'text/plain', body: 'not found\n' };
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    request.resume();
    try {
      const { status, contentType, body } = await answer(request.method ?? 'GET', path);
      response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch (error) {
      log.error('health request failed', { path, error });
      response.writeHead(500).end();
    }
  }

  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    void serve(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host ?? '0.0.0.0' }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
