import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFalControl, createTelegramControl, startStack } from '@aisha/sandbox';
import { Person } from '../person.ts';
import { eventually } from '../waiting.ts';
import type { Material } from './genuine.ts';

const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
const SECRET = 'fuzz-secret-fuzz-secret';

/** The public side of the product in webhook mode: both replicas directly, and nginx in front of them. */
export interface Target {
  readonly ports: readonly number[];
  readonly material: Material;
  readonly processes: () => { name: string; pid: number }[];
  /** Processes that ended by themselves, and requests that our own code failed at. */
  readonly crashes: () => string[];
  stop(): Promise<void>;
}

export async function startTarget(options: { source?: boolean } = {}): Promise<Target> {
  const dataDir = mkdtempSync(join(tmpdir(), 'aisha-fuzz-'));
  const crashes: string[] = [];
  const stack = await startStack({
    dataDir,
    environment: ENVIRONMENT,
    mode: 'production',
    source: options.source ?? false,
    unsafeDatabase: true,
    settings: { CREDITS: 'off', TELEGRAM_MODE: 'webhook', TELEGRAM_WEBHOOK_SECRET: SECRET },
    instances: { 'webhook-api': 2, worker: 1, 'bot-polling': 0 },
    onEvent: (event) => {
      if (event.type === 'crashed') crashes.push(`${event.name} ended: ${event.tail.join(' | ')}`);
      if (event.type === 'log' && event.name.startsWith('webhook-api') && /"level":"error"/.test(event.line))
        crashes.push(`${event.name}: ${event.line.slice(0, 500)}`);
    },
  });
  const { telegram, fal, nginx } = stack;
  if (!telegram || !fal) throw new Error('nothing real is touched here: every part is a stand-in');
  const telegramControl = createTelegramControl(telegram.url);
  const falControl = createFalControl(fal.url);
  await falControl.configure({ timing: { imageSeconds: 0.1, queueSeconds: 0.1 } });
  const person = await Person.join(telegramControl, 'Fuzz', 'en');
  await eventually('the webhook is set', async () => (await telegramControl.state({})).bots[0]?.webhookUrl);
  await person.write('/imagine a stone');
  const job = await eventually('a job is finished', async () =>
    (await falControl.paidJobs()).find((one) => one.webhookDone && one.webhookUrl !== null),
  );
  const apis = stack.apps.filter(({ name }) => name.startsWith('webhook-api'));
  return {
    ports: [...apis.map(({ port }) => port), nginx.port],
    material: {
      fal: falControl,
      secret: SECRET,
      requestId: job.requestId,
      query: new URL(job.webhookUrl ?? '').search.slice(1),
      personId: person.id,
    },
    processes: () => [...apis, { name: 'nginx', pid: nginx.pid }].map(({ name, pid }) => ({ name, pid })),
    crashes: () => crashes,
    async stop() {
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
