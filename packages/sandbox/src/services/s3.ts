import { mkdirSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clearLeftover, startChild, type Child, type Log } from './child.ts';
import { onFreePort } from './ports.ts';

export interface S3Options {
  dataDir: string;
  runDir: string;
  port?: number;
  log: Log;
}

export interface S3Service {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  readonly pid: number;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

const HOST = '127.0.0.1';

/** An S3 server (npm `s3rver`) as a process of its own; see s3-server.ts for what is mended in it. */
export function startS3(options: S3Options): Promise<S3Service> {
  return onFreePort(options.port, async (port) => {
    const dataDir = resolve(options.dataDir);
    mkdirSync(dataDir, { recursive: true });
    const endpoint = `http://${HOST}:${port}`;
    // Beside this file, compiled or not.
    const server = fileURLToPath(new URL(`./s3-server${extname(import.meta.url)}`, import.meta.url));
    const launch = async (): Promise<Child> => {
      const child = startChild({
        name: 's3',
        command: process.execPath,
        // s3rver seals where a list of more than 1,000 objects goes on with a cipher that OpenSSL calls a legacy.
        args: [
          '--max-old-space-size=128',
          '--max-semi-space-size=4',
          '--openssl-legacy-provider',
          server,
          dataDir,
          HOST,
          String(port),
        ],
        env: { PATH: '/usr/bin:/bin', NODE_ENV: 'production' },
        log: options.log,
        runDir: options.runDir,
      });
      try {
        // Any answer will do: an unsigned request is refused with 403.
        await child.waitUntil('answers', async () => (await fetch(endpoint)).status === 403 || null);
      } catch (error) {
        await child.kill();
        throw error;
      }
      return child;
    };
    await clearLeftover(options.runDir, 's3');
    let child = await launch();
    return {
      endpoint,
      // s3rver knows exactly this account.
      accessKey: 'S3RVER',
      secretKey: 'S3RVER',
      region: 'us-east-1',
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
