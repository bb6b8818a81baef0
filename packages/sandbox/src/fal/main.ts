import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { SANDBOX_FAL_KEY, startFalSandbox, type FalSandboxOptions } from './server.ts';

const USAGE = `The FAL stand-in.
  --port <n>              port, 0 for any free one (default 0)
  --host <address>        address to listen on (default 127.0.0.1)
  --key <id:secret>       an accepted FAL key, may be repeated (default a made-up one)
  --data <folder>         keeps uploads, weights, jobs and the signing key there
  --public-url <url>      address under which others reach it
  --training-seconds <n>  how long a training takes (default 7)
  --image-seconds <n>     how long a picture takes (default 1)
  --queue-seconds <n>     how long a job waits at least (default 0.5)
  --concurrency <n>       jobs in progress at once (default 2)
  --time-scale <n>        how much faster FAL's hours pass (default 1)
`;

function numbers<K extends string>(given: Record<K, string | undefined>): Partial<Record<K, number>> {
  const read: Partial<Record<K, number>> = {};
  for (const name in given) if (given[name] !== undefined) read[name] = Number(given[name]);
  return read;
}

function readOptions(): FalSandboxOptions | null {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean' },
      port: text,
      host: text,
      key: { type: 'string', multiple: true },
      data: text,
      'public-url': text,
      'training-seconds': text,
      'image-seconds': text,
      'queue-seconds': text,
      concurrency: text,
      'time-scale': text,
    },
  });
  if (values.help === true) return null;
  return {
    port: Number(values.port ?? 0),
    keys: values.key ?? [SANDBOX_FAL_KEY],
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.data === undefined ? {} : { dataDir: values.data }),
    ...(values['public-url'] === undefined ? {} : { publicUrl: values['public-url'] }),
    settings: {
      ...numbers({ concurrency: values.concurrency, timeScale: values['time-scale'] }),
      timing: numbers({
        trainingSeconds: values['training-seconds'],
        imageSeconds: values['image-seconds'],
        queueSeconds: values['queue-seconds'],
      }),
    },
    onError: (error) =>
      process.stderr.write(
        `fal: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      ),
  };
}

const options = readOptions();
if (options === null) {
  process.stdout.write(USAGE);
} else {
  // The product itself shares this machine: one thread for a picture, nothing kept in memory.
  sharp.concurrency(1);
  sharp.cache(false);
  const sandbox = await startFalSandbox(options);
  process.stdout.write(`FAL stand-in listening on ${sandbox.url}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void sandbox.close().then(() => process.exit(0));
    });
  }
}
