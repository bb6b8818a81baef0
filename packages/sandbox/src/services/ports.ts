import getPort from 'get-port';

/** A free loopback port. get-port remembers what it gave away, so two calls never get the same one. */
export function freePort(): Promise<number> {
  return getPort({ host: '127.0.0.1' });
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
