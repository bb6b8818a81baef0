import { connect, createServer, type Socket } from 'node:net';

/** A piece of network between one process and a server, that can be cut. */
export interface Line {
  readonly port: number;
  /** Nothing passes any more and nobody is told, as when a cable is pulled; new connections hang too. */
  cut(): void;
  /** What waited passes on. */
  mend(): void;
  stop(): Promise<void>;
}

export async function startLine(targetPort: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let broken = false;
  const hold = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A peer that goes away is no news here.
    socket.on('error', () => socket.destroy());
    if (broken) socket.pause();
  };
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: targetPort });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => {
        if (!to.write(chunk)) from.pause();
      });
      to.on('drain', () => {
        if (!broken) from.resume();
      });
      from.on('end', () => to.end());
      from.once('close', () => to.destroy());
      hold(from);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the line has no port');
  return {
    port: address.port,
    cut() {
      broken = true;
      for (const socket of sockets) socket.pause();
    },
    mend() {
      broken = false;
      for (const socket of sockets) socket.resume();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
