import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Answers the n-th request (from 0). Not ending the response hangs the client, which is a script too. */
export type Script = (request: SeenRequest, response: ServerResponse, index: number) => void;

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  script: Script;
  /** Connections opened so far. */
  connections(): number;
  /** Connections that are open now. */
  open(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A loopback server that reads each request whole and then does what the test says. */
export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  const state = { script };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, path: url, headers, body: Buffer.concat(chunks) };
      seen.push(one);
      state.script(one, response, seen.length - 1);
    });
  });
  server.on('connection', (socket) => {
    opened += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    connections: () => opened,
    open: () => sockets.size,
    get script() {
      return state.script;
    },
    set script(next) {
      state.script = next;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function html(response: ServerResponse, status: number): void {
  response
    .writeHead(status, { 'content-type': 'text/html' })
    .end(`<html><head><title>${status}</title></head><body>nginx</body></html>`);
}

/** The connection breaks without an answer: whether the request was done nobody can tell. */
export function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** Headers and half a body, then silence. */
export function stall(response: ServerResponse, half = '{"ok":tr'): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(half.length + 10) });
  response.write(half);
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<string> {
  const server = await scriptedServer(() => undefined);
  const { url } = server;
  await server[Symbol.asyncDispose]();
  return url;
}
