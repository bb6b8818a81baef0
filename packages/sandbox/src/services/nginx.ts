import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clearLeftover, startChild, type Child, type Log } from './child.ts';
import { onFreePort } from './ports.ts';

export interface NginxOptions {
  dataDir: string;
  runDir: string;
  port?: number;
  /** Ports of the webhook API's replicas on this machine. */
  upstreamPorts: readonly number[];
  log: Log;
}

export interface NginxService {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** JSON lines, webhooks in a file of their own. */
  readonly logs: { access: string; webhook: string };
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

const HOST = '127.0.0.1';
const TEMPLATE = fileURLToPath(new URL('../../../../nginx/dev.conf.template', import.meta.url));

/** The machine's nginx in front of the webhook API's replicas, as root or not, with nothing outside `dataDir`. */
export function startNginx(options: NginxOptions): Promise<NginxService> {
  return onFreePort(options.port, async (port) => {
    const dataDir = resolve(options.dataDir);
    mkdirSync(dataDir, { recursive: true });
    const configuration = join(dataDir, 'nginx.conf');
    writeFileSync(
      configuration,
      renderTemplate(readFileSync(TEMPLATE, 'utf8'), {
        DIR: dataDir,
        PORT: String(port),
        UPSTREAMS: upstreams(options.upstreamPorts),
      }),
    );
    const launch = async (): Promise<Child> => {
      const child = startChild({
        name: 'nginx',
        command: 'nginx',
        args: ['-p', dataDir, '-c', configuration, '-g', 'daemon off;'],
        // Debian has it in sbin, which is not in everybody's PATH.
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
        log: options.log,
        runDir: options.runDir,
      });
      try {
        await child.waitUntil('listens', () => accepts(port));
      } catch (error) {
        await child.kill();
        throw error;
      }
      return child;
    };
    await clearLeftover(options.runDir, 'nginx');
    let child = await launch();
    return {
      port,
      url: `http://${HOST}:${port}`,
      get pid() {
        return child.pid;
      },
      logs: { access: join(dataDir, 'access.log'), webhook: join(dataDir, 'webhook.log') },
      async stop() {
        await child.stop({ signal: 'SIGQUIT', timeoutMs: 5_000 });
      },
      async kill() {
        await child.kill();
      },
      async restart() {
        await child.stop({ signal: 'SIGQUIT', timeoutMs: 5_000 });
        child = await launch();
      },
    };
  });
}

function upstreams(ports: readonly number[]): string {
  // nginx refuses an empty list; without replicas every answer is 502.
  if (ports.length === 0) return `    server ${HOST}:1 down;`;
  // As infra/scripts/lib.sh writes it: twice each, the second never marked, so that nginx refuses nothing by itself.
  return ports
    .flatMap((port) => [
      `    server ${HOST}:${port} max_fails=1 fail_timeout=2s;`,
      `    server ${HOST}:${port} max_fails=0 backup;`,
    ])
    .join('\n');
}

/** Fills in every `{{NAME}}`; an unknown name and a value that could end nginx's quotes are errors. */
export function renderTemplate(template: string, values: Record<string, string>): string {
  return template.replaceAll(/\{\{([^}]*)\}\}/g, (place, name: string) => {
    if (name === '…') return place;
    const value = values[name];
    if (value === undefined) throw new Error(`the nginx template asks for ${place}, which nobody fills in`);
    if (/["\\$]/.test(value)) throw new Error(`${name} holds a character that nginx would misread: ${value}`);
    return value;
  });
}

function accepts(port: number): Promise<true> {
  return new Promise((settle, reject) => {
    const socket = connect({ host: HOST, port }, () => {
      socket.destroy();
      settle(true);
    });
    socket.once('error', reject);
  });
}
