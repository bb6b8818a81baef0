import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below Linux's range for outgoing connections (32768 and up): a port found free here is not taken by one of those. */
const LOWEST = 20_000;
const HIGHEST = 31_999;

const given = new Set<number>();

/** A free loopback port; `preferred` if that is free. Two calls in one process never get the same one. */
export async function freePort(preferred?: number): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = attempt === 0 && preferred !== undefined ? preferred : randomInt(LOWEST, HIGHEST + 1);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const server = createServer();
    server.once('error', () => settle(false));
    // On all addresses, as our own processes listen.
    server.listen({ port, exclusive: true }, () => server.close(() => settle(true)));
  });
}

/** A port that somebody else may take between looking and listening: starts again with another one, unless the caller chose it. */
export async function onFreePort<T>(
  chosen: number | undefined,
  start: (port: number) => Promise<T>,
): Promise<T> {
  if (chosen !== undefined) return start(chosen);
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort());
    } catch (error) {
      const taken = error instanceof Error && /address already in use|EADDRINUSE/i.test(error.message);
      if (!taken || attempt === 5) throw error;
    }
  }
}
