import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { clearLeftover, startChild, type Child, type Log } from './child.ts';
import { onFreePort } from './ports.ts';

export interface RedisOptions {
  dataDir: string;
  runDir: string;
  port?: number;
  /** False for tests: nothing is written to disk. */
  persistent?: boolean;
  /** A node of a cluster; it takes no keys before it is given slots. */
  cluster?: boolean;
  log: Log;
}

export interface RedisService {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

const HOST = '127.0.0.1';

/** The machine's `redis-server` with a configuration of our own; the system's configuration and service are not touched. */
export function startRedis(options: RedisOptions): Promise<RedisService> {
  return onFreePort(options.port, async (port) => {
    const dataDir = resolve(options.dataDir);
    mkdirSync(dataDir, { recursive: true });
    const settings: Record<string, string> = {
      port: String(port),
      bind: HOST,
      dir: dataDir,
      daemonize: 'no',
      // Queues live here: when memory runs out Redis must refuse, never forget.
      'maxmemory-policy': 'noeviction',
      save: '',
      appendonly: options.persistent === false ? 'no' : 'yes',
      appendfsync: 'everysec',
      loglevel: 'warning',
      ...(options.cluster === true && { 'cluster-enabled': 'yes', 'cluster-announce-ip': HOST }),
    };
    const launch = async (): Promise<Child> => {
      const child = startChild({
        name: 'redis',
        command: 'redis-server',
        args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
        env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
        log: options.log,
        runDir: options.runDir,
      });
      try {
        await child.waitUntil('answers', () => ping(port));
      } catch (error) {
        await child.kill();
        throw error;
      }
      return child;
    };
    await clearLeftover(options.runDir, 'redis');
    let child = await launch();
    return {
      host: HOST,
      port,
      url: `redis://${HOST}:${port}/0`,
      get pid() {
        return child.pid;
      },
      async stop() {
        await child.stop();
      },
      async kill() {
        await child.kill();
      },
      async restart() {
        await child.stop();
        child = await launch();
      },
    };
  });
}

/** True once Redis has loaded its data (before that it answers `-LOADING`). */
function ping(port: number): Promise<true | null> {
  return new Promise((settle, reject) => {
    const socket = connect({ host: HOST, port }, () => socket.write('PING\r\n'));
    socket.setTimeout(1_000, () => socket.destroy(new Error('no answer to PING')));
    socket.once('data', (answer) => {
      socket.destroy();
      settle(answer.toString().startsWith('+PONG') ? true : null);
    });
    socket.once('error', reject);
  });
}
