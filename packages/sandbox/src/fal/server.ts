import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { createControl, type FalControl } from './control.ts';
import { createFaultBook } from './faults.ts';
import { createFileStore } from './files.ts';
import { parseJson } from './http.ts';
import { createJobKeeper } from './job-keeper.ts';
import { JobBoard, type Job } from './jobs.ts';
import { createJournal } from './journal.ts';
import { createFalKeys } from './keys.ts';
import { createRouter } from './routes.ts';
import { createRunner } from './runner.ts';
import { mergeSettings, type FalSettingsPatch } from './settings.ts';
import { createWebhookSender } from './webhooks.ts';

export interface FalSandboxOptions {
  /** 0 takes any free port. */
  port?: number;
  host?: string;
  /** Accepted FAL keys, `<id>:<secret>`. */
  keys?: readonly string[];
  userId?: string;
  /** Where uploads, weights, jobs and the signing key outlive the process; without it they go with it. */
  dataDir?: string;
  /** Address under which others reach the stand-in, if not the one it listens on. */
  publicUrl?: string;
  settings?: FalSettingsPatch;
  /** Told of faults of the stand-in itself. */
  onError?: (error: unknown) => void;
}

export interface FalSandbox {
  url: string;
  jwksUrl: string;
  control: FalControl;
  close(): Promise<void>;
}

/** Made up; real ones look the same. */
export const SANDBOX_FAL_KEY = '5a4db0c5-0000-4000-8000-5a4db0c5fa17:5a4db0c5a15aa15a5a4db0c5a15aa15a';

/** The FAL stand-in: queue, storage, CDN, JWKS and webhooks on one port. */
export async function startFalSandbox(options: FalSandboxOptions = {}): Promise<FalSandbox> {
  const {
    port = 0,
    host = '127.0.0.1',
    keys: accepted = [SANDBOX_FAL_KEY],
    userId = 'sandbox-user',
  } = options;
  const kept = options.dataDir ?? null;
  const folder = kept ?? (await mkdtemp(path.join(tmpdir(), 'fal-sandbox-')));
  await mkdir(folder, { recursive: true });
  const report = options.onError ?? (() => null);

  let settings = mergeSettings(null, options.settings);
  const readSettings = () => settings;
  let baseUrl = '';
  const files = await createFileStore(folder, () => baseUrl);
  const keeper = await createJobKeeper(kept, report);
  const keyFile = path.join(folder, 'keys.json');
  const keys = createFalKeys(await readKeys(keyFile));
  const saveKeys = (): void => {
    writeFile(keyFile, JSON.stringify(keys.export()), { mode: 0o600 }).catch(report);
  };
  saveKeys();

  const journal = createJournal();
  const faults = createFaultBook();
  const expiresAt = (job: Job): number => {
    if (job.expired) return 0;
    const { seconds, bigSeconds, bigBytes } = settings.retention;
    const size = Buffer.byteLength(JSON.stringify(job.outcome?.body ?? null));
    const lifetime = size >= bigBytes ? bigSeconds : seconds;
    return (job.completedAt ?? Date.now()) + (lifetime * 1000) / settings.timeScale;
  };
  const board = new JobBoard({
    settings: readSettings,
    run: createRunner({ settings: readSettings, files, report }),
    keep: keeper.keep,
  });
  const webhooks = createWebhookSender({
    settings: readSettings,
    keys,
    journal,
    userId,
    keep: keeper.keep,
    expiresAt,
    keysChanged: saveKeys,
  });
  board.onChange((job) => {
    const early = job.webhookFaults.some((fault) => fault.kind === 'webhook_early');
    if (job.completedAt !== null && !early) webhooks.deliver(job).catch(report);
  });
  const control = createControl({
    readSettings,
    writeSettings: (next) => {
      settings = next;
    },
    faults,
    board,
    journal,
    keys,
    keysChanged: saveKeys,
    userId,
    webhooks,
  });
  const route = createRouter({
    settings: readSettings,
    baseUrl: () => baseUrl,
    accepted: new Set(accepted),
    board,
    faults,
    journal,
    webhooks,
    expiresAt,
    files,
    keys,
    control,
    report,
  });

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    route(request, response).catch((error: unknown) => {
      report(error);
      response.destroy();
    });
  });
  // A paid model may take minutes on fal.run; Node's own limits would cut it.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${bound}`;
  baseUrl = options.publicUrl ?? url;

  for (const job of keeper.restored) {
    board.add(job);
    if (job.completedAt !== null) webhooks.deliver(job).catch(report);
  }

  return {
    url,
    jwksUrl: `${url}/.well-known/jwks.json`,
    control,
    async close() {
      webhooks.close();
      const idle = board.close();
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      await Promise.all([closed, idle]);
      await keeper.flush();
      if (kept === null) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function readKeys(file: string): Promise<string[]> {
  const saved = await readFile(file, 'utf8').catch(() => '[]');
  return z.array(z.string()).catch([]).parse(parseJson(saved));
}
