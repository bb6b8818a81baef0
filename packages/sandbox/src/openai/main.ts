import { parseArgs } from 'node:util';
import { SANDBOX_OPENAI_KEY, startOpenAiSandbox } from './sandbox.ts';

const USAGE = `The OpenAI stand-in.
  --port <n>                 port, 0 for any free one (default 0)
  --host <address>           address to listen on (default 127.0.0.1)
  --key <key>                an accepted key, may be repeated (default a made-up one)
  --clock <ISO date>         the date that decides which models have ended (default now)
  --ms-per-audio-minute <n>  how long a minute of audio takes (default 500)
  --ms-per-request <n>       how long every request takes besides (default 100)
`;

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    port: text,
    host: text,
    key: { type: 'string', multiple: true },
    clock: text,
    'ms-per-audio-minute': text,
    'ms-per-request': text,
  },
});

if (values.help === true) {
  process.stdout.write(USAGE);
} else {
  const { clock } = values;
  const sandbox = await startOpenAiSandbox({
    port: Number(values.port ?? 0),
    keys: values.key ?? [SANDBOX_OPENAI_KEY],
    msPerAudioMinute: Number(values['ms-per-audio-minute'] ?? 500),
    msPerRequest: Number(values['ms-per-request'] ?? 100),
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(clock === undefined ? {} : { clock: () => new Date(clock) }),
  });
  process.stdout.write(`OpenAI stand-in listening on ${sandbox.url}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void sandbox.close().then(() => process.exit(0));
    });
  }
}
