import { createWriteStream, existsSync, mkdirSync, renameSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { styleText } from 'node:util';
import type { Stack, StackEvent, Part } from '@aisha/sandbox/stack';

const TITLES: Record<string, string> = {
  postgres: 'PostgreSQL 18',
  redis: 'Redis',
  s3: 'S3 server',
  telegram: 'Telegram stand-in, with the chat page',
  fal: 'FAL stand-in',
  openai: 'OpenAI stand-in',
  nginx: 'nginx',
  migrations: 'database migrated',
  buckets: 'buckets made',
};
/** Their own words go to files only; what matters of them shows in the apps. */
const QUIET = new Set(['postgres', 'redis', 's3', 'nginx', 'migrations', 'buckets']);
const COLOURS = [
  'cyan',
  'magenta',
  'green',
  'yellow',
  'blue',
  'cyanBright',
  'magentaBright',
  'greenBright',
] as const;
const WIDTH = 'bot-polling-1'.length;

export interface Screen {
  show(event: StackEvent): void;
  say(text: string): void;
  /** From now on the logs of the apps are shown too. */
  ready(stack: Stack, startedMs: number): void;
  close(): void;
}

/** Everything that the launcher shows; the whole logs are kept beside the data, those of the last start as `.old`. */
export function createScreen(logDir: string, write: (text: string) => void): Screen {
  mkdirSync(logDir, { recursive: true });
  const files = new Map<string, WriteStream>();
  const keep = (name: string, line: string) => {
    let file = files.get(name);
    if (file === undefined) {
      const path = join(logDir, `${name}.log`);
      if (existsSync(path)) renameSync(path, `${path}.old`);
      file = createWriteStream(path);
      files.set(name, file);
    }
    file.write(`${line}\n`);
  };
  let live = false;
  const seen: string[] = [];
  const prefix = (name: string) => {
    if (!seen.includes(name)) seen.push(name);
    const colour = COLOURS[seen.indexOf(name) % COLOURS.length] ?? 'white';
    return `${styleText(colour, name.padEnd(WIDTH))} ${styleText('gray', '│')} `;
  };
  return {
    say: (text) => write(`${text}\n`),
    show(event) {
      switch (event.type) {
        case 'ready':
          if (live) write(`${prefix(event.name)}is up\n`);
          else
            write(
              `  ${styleText('green', '✓')} ${(TITLES[event.name] ?? event.name).padEnd(40)}${seconds(event.ms)}\n`,
            );
          break;
        case 'log':
          keep(event.name, event.line);
          if (live && !QUIET.has(event.name)) write(`${prefix(event.name)}${event.line}\n`);
          break;
        case 'crashed': {
          const how = event.exit.signal ?? `code ${event.exit.code}`;
          const next = event.retryMs === null ? '' : `; started again in ${event.retryMs / 1000} s`;
          write(`${prefix(event.name)}${styleText('red', `ended by itself (${how})${next}`)}\n`);
          if (!live) for (const line of event.tail) write(`${prefix(event.name)}${line}\n`);
          break;
        }
        case 'recovered':
          write(`${prefix(event.name)}${styleText('green', 'is up again')}\n`);
          break;
      }
    },
    ready(stack, startedMs) {
      write(closing(stack, startedMs));
      live = true;
    },
    close() {
      for (const file of files.values()) file.end();
    },
  };
}

/** The address to open, and which parts are real. */
function closing(stack: Stack, startedMs: number): string {
  const rows: [string, Part, string | null][] = [
    ['Telegram', 'telegram', stack.telegram?.url ?? null],
    ['FAL', 'fal', stack.fal?.url ?? null],
    ['OpenAI', 'openai', stack.openai?.url ?? null],
    ['PostgreSQL', 'postgres', stack.postgres?.url ?? null],
    ['Redis', 'redis', stack.redis?.url ?? null],
    ['S3', 's3', stack.s3?.endpoint ?? null],
  ];
  const parts = rows.map(([title, part, address]) => {
    const kind =
      address === null ? 'real' : ['telegram', 'fal', 'openai'].includes(part) ? 'stand-in' : 'embedded';
    const where = address ?? `as configured in .env`;
    const coloured = kind === 'real' ? styleText('green', kind.padEnd(9)) : kind.padEnd(9);
    return `  ${title.padEnd(11)}${coloured} ${styleText('gray', where)}`;
  });
  return [
    '',
    `Aisha is ready after ${seconds(startedMs)}.`,
    '',
    `  ${styleText('bold', addressToOpen(stack))}`,
    '',
    ...parts,
    `  ${'Webhooks'.padEnd(20)} ${styleText('gray', `${stack.nginx.url} (nginx)`)}`,
    '',
    `Ctrl-C stops everything. Data and whole logs are in ${stack.dataDir}; npm start -- --fresh begins anew.`,
    '',
    '',
  ].join('\n');
}

export function addressToOpen(stack: Stack): string {
  if (stack.telegram !== null) return `Open ${stack.telegram.url}`;
  const name = stack.env['BOT_USERNAME'];
  return name === undefined ? 'Write to your bot in Telegram' : `Open https://t.me/${name.replace(/^@/, '')}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
