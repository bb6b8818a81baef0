import { connect, createServer, type AddressInfo } from 'node:net';

/** What went through to PostgreSQL: statements, `begin` and `commit` among them, and times that somebody waited for an answer. */
export interface Counted {
  readonly statements: number;
  readonly roundTrips: number;
}

export interface Counter {
  /** The same database, through here. */
  readonly url: string;
  count(): Counted;
  stop(): Promise<void>;
}

/** Stands before PostgreSQL and counts what the frontend asks for, by the protocol's message types. */
export async function countStatements(database: string): Promise<Counter> {
  const behind = new URL(database);
  let statements = 0;
  let roundTrips = 0;
  const server = createServer((socket) => {
    const backend = connect(Number(behind.port), behind.hostname);
    for (const one of [socket, backend]) {
      one.setNoDelay(true);
      one.on('error', () => {
        socket.destroy();
        backend.destroy();
      });
    }
    const read = messages((type) => {
      // Query, or Execute of a prepared one; Query and Sync are answered by ReadyForQuery.
      if (type === 'Q' || type === 'E') statements += 1;
      if (type === 'Q' || type === 'S') roundTrips += 1;
    });
    socket.on('data', read);
    socket.pipe(backend).pipe(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = new URL(database);
  url.port = String(address.port);
  return {
    url: url.href,
    count: () => ({ statements, roundTrips }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

/** Tells the type of each message of one connection's frontend; the first one, the start-up, has none. */
function messages(onMessage: (type: string) => void): (chunk: Buffer) => void {
  let begun = false;
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = begun ? 1 : 0;
      if (rest.length < head + 4) return;
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) return;
      if (begun) onMessage(String.fromCharCode(rest[0] ?? 0));
      begun = true;
      rest = rest.subarray(length);
    }
  };
}
