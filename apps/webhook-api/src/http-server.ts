import { createServer, type RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { answerBrokenRequests } from './broken-requests.ts';

/** nginx learns from a few failed health checks that this replica is going; meanwhile it still answers. */
const LINGER_MS = 300;

/** Listens, with bounds on what a sender may do. `close` lets what runs finish. */
export async function listen(app: RequestListener, port: number): Promise<{ close(): Promise<void> }> {
  const server = createServer(
    {
      // A sender that dribbles its request byte by byte is cut off.
      headersTimeout: 10_000,
      requestTimeout: 20_000,
      // Node looks only every 30 s otherwise.
      connectionsCheckingInterval: 2_000,
      // Longer than nginx keeps idle connections.
      keepAliveTimeout: 75_000,
    },
    app,
  );
  server.maxHeadersCount = 100;
  answerBrokenRequests(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return {
    async close() {
      await wait(LINGER_MS);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
    },
  };
}
