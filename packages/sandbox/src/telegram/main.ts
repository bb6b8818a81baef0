import { parseArgs } from 'node:util';
import { SANDBOX_BOT_TOKEN, startTelegramSandbox } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    token: { type: 'string', default: SANDBOX_BOT_TOKEN },
    username: { type: 'string', default: 'aisha_sandbox_bot' },
    name: { type: 'string', default: 'Aisha' },
    data: { type: 'string' },
    latency: { type: 'string', default: '0' },
    'no-limits': { type: 'boolean', default: false },
  },
});

const sandbox = await startTelegramSandbox({
  port: Number(values.port),
  host: values.host,
  bots: [{ token: values.token, username: values.username, firstName: values.name }],
  latencyMs: Number(values.latency),
  ...(values.data === undefined ? {} : { dataDir: values.data }),
  ...(values['no-limits'] ? { limits: null } : {}),
});
process.stdout.write(`Telegram stand-in and chat page: ${sandbox.url}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
}
