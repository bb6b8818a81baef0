import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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
  /** As somebody who may do everything. */
  readonly url: string;
  /** As a process of Aisha, with the rights that it has in production. */
  readonly appUrl: string;
  readonly pid: number;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

const HOST = '127.0.0.1';
const run = promisify(execFile);
const APP = 'aisha';
/** The rules that production has too. */
const RIGHTS = fileURLToPath(new URL('../../../../infra/redis/rights.acl', import.meta.url));

/** The machine's `redis-server` with a configuration of our own; the system's configuration and service are not touched. */
export function startRedis(options: RedisOptions): Promise<RedisService> {
  return onFreePort(options.port, async (port) => {
    const dataDir = resolve(options.dataDir);
    mkdirSync(dataDir, { recursive: true });
    const limited = await knowsRights();
    const users = join(dataDir, 'users.acl');
    if (limited)
      writeFileSync(users, `user default on nopass ~* &* +@all\nuser ${APP} on >${APP} ${rights()}\n`);
    const settings: Record<string, string> = {
      port: String(port),
      ...(limited && { aclfile: users }),
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
      appUrl: `redis://${limited ? `${APP}:${APP}@` : ''}${HOST}:${port}/0`,
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

/** Ubuntu 22.04 has 6.0, whose users know neither channels nor parts of commands: there everybody may do everything. */
async function knowsRights(): Promise<boolean> {
  const { stdout } = await run('redis-server', ['--version']);
  return Number(/v=(\d+)/.exec(stdout)?.[1]) >= 7;
}

function rights(): string {
  const lines = readFileSync(RIGHTS, 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).join(' ');
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
