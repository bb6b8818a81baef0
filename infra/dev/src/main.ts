import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import { readSettings, startStack, type Stack } from '@aisha/sandbox/stack';
import { takeLock } from './lock.ts';
import { addressToOpen, createScreen } from './screen.ts';
import { watchedFolders } from './watched.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const USAGE = `npm start -- [options]

  --fresh          forget all data first
  --source         run the TypeScript sources instead of compiled JavaScript
  --watch          run the sources, one process of each app, and restart an app when what it is built on changes
  --inspect <app>  let a debugger into one app at 127.0.0.1:9229, for example worker-1
  --data <folder>  keep data elsewhere than in .aisha/data
  --env <file>     read the configuration elsewhere than from .env
  --port <name=n>  a port of your choice, for example telegram=8080; may be repeated
`;
/** A second Ctrl-C that comes later than this is meant: everything is killed at once. */
const IMPATIENCE_MS = 1_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const values = readOptions();
  if (values === null || values.help) {
    process.stdout.write(USAGE);
    return values === null ? 2 : 0;
  }
  const dataDir = values.data ?? join(ROOT, '.aisha', 'data');
  const lock = takeLock(`${dataDir}.lock`);
  if ('pid' in lock) {
    const where = lock.runningAt ?? 'it is still starting';
    process.stderr.write(`Aisha is already running (process ${lock.pid}): ${where}\n`);
    return 1;
  }
  if (values.fresh) rmSync(dataDir, { recursive: true, force: true });

  const screen = createScreen(join(dataDir, 'logs'), (line) => process.stdout.write(line));
  // Whoever read our output may leave (`npm start | head`): that must not end the process with an error of its own.
  process.stdout.on('error', () => undefined);
  const stopping = stopSignal();
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
  let stack: Stack | null = null;
  try {
    stack = await startStack({
      dataDir,
      settings: readSettings(values.env ?? join(ROOT, '.env')),
      environment: { ...process.env, ...colour },
      source: values.source || values.watch,
      ...(values.watch && { instances: { 'webhook-api': 1, worker: 1, 'bot-polling': 1 } }),
      nodeFlags: (name) => [
        ...(values.watch ? [...watchFlags(name), '--watch-preserve-output'] : []),
        ...(values.inspect === name ? ['--inspect=127.0.0.1:9229'] : []),
      ],
      ports: Object.fromEntries(values.port.map(chosenPort)),
      keepAlive: true,
      signal: stopping,
      onEvent: (event) => screen.show(event),
    });
    if (values.watch) keepEnvironment(stack, join(dataDir, 'env'));
    const address = addressToOpen(stack);
    lock.publish(address);
    screen.ready(stack, performance.now());
    await aborted(stopping);
    return 0;
  } catch (error) {
    if (stopping.aborted) return 0;
    screen.say(
      `\n${styleText('red', 'Aisha did not start.')} ${error instanceof Error ? error.message : String(error)}`,
    );
    screen.say(`The whole logs are in ${join(dataDir, 'logs')}.`);
    return 1;
  } finally {
    if (stack !== null) {
      screen.say('\nStopping…');
      await stack.stop();
    }
    if (stopping.aborted) screen.say('Stopped.');
    screen.close();
    lock.release();
  }
}

/** @param instance worker-1 */
function watchFlags(instance: string): string[] {
  return watchedFolders(ROOT, instance.replace(/-\d+$/, '')).map((folder) => `--watch-path=${folder}`);
}

/** For whoever starts an app or asks the database by hand: a shell and `node --env-file` both read it. */
function keepEnvironment({ env, migrating }: Stack, path: string): void {
  const own = Object.entries({ ...env, ...migrating }).filter(([name]) => process.env[name] === undefined);
  const lines = own.map(([name, value]) => `${name}='${value.replaceAll("'", `'\\''`)}'\n`);
  writeFileSync(path, lines.join(''), { mode: 0o600 });
}

/** Null when there is something among them that nobody knows. */
function readOptions() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const many = { type: 'string', multiple: true, default: [] as string[] } as const;
  try {
    return parseArgs({
      options: {
        fresh: flag,
        source: flag,
        watch: flag,
        inspect: text,
        help: flag,
        data: text,
        env: text,
        port: many,
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n`);
    return null;
  }
}

/** `telegram=8080` as a name and a number. */
function chosenPort(text: string): [string, number] {
  const [, name, port] = /^([\w-]+)=(\d{1,5})$/.exec(text) ?? [];
  if (name === undefined)
    throw new Error(`--port ${text}: expected a name and a number, for example telegram=8080`);
  return [name, Number(port)];
}

/** Aborted by the first signal that asks to stop. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let since = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The kernel ends the children of a parent that is gone.
      if (controller.signal.aborted && performance.now() - since > IMPATIENCE_MS) process.exit(130);
      since = performance.now();
      controller.abort();
    });
  }
  return controller.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
