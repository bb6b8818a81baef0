import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChatMessage } from '@aisha/sandbox';
import { Person } from '../person.ts';
import { type Product, startProduct } from '../product.ts';
import { draftAvatar, hasButton } from '../steps.ts';
import { eventually } from '../waiting.ts';
import { RU } from '../words.ts';
import { type OddFile, oddFiles } from './odd-files.ts';

export interface OddReport {
  readonly files: number;
  readonly seconds: number;
  /** How often each answer was given, by its first words. */
  readonly answers: Readonly<Record<string, number>>;
  /** What must not be: each with the file that it befell. */
  readonly wrong: readonly string[];
  readonly crashes: readonly string[];
  /** Files in scratch, pieces of sound and photos that no row names, when all is answered. */
  readonly left: readonly string[];
}

/** Files that are out at once. */
const TOGETHER = 6;
const PATIENCE_MS = 90_000;

/** Sends odd files to the whole product, each from somebody else, and tells what was answered and what is left. */
export async function sendOddFiles(options: {
  readonly files: number;
  readonly seed: number;
  readonly say?: (line: string) => void;
}): Promise<OddReport> {
  const scratch = await mkdtemp(join(tmpdir(), 'aisha-odd-'));
  const product = await startProduct({ name: 'odd-files', settings: { WORKER_SCRATCH_DIR: scratch } });
  try {
    const begun = performance.now();
    const files = await oddFiles(options.files, options.seed);
    const answers: Record<string, number> = {};
    const wrong: string[] = [];
    const queue = files.values();
    const lane = async () => {
      for (const file of queue) {
        const answer = await sendOne(product, file).catch((error: unknown) => {
          wrong.push(`${file.what}: ${error instanceof Error ? error.message : String(error)}`);
          return 'no answer';
        });
        if (/на нашей стороне|слишком много времени/.test(answer)) wrong.push(`${file.what}: ${answer}`);
        answers[answer] = (answers[answer] ?? 0) + 1;
        options.say?.(`${file.what} → ${answer}`);
      }
    };
    await Promise.all(Array.from({ length: TOGETHER }, lane));
    const left = await leftovers(product, scratch);
    return {
      files: files.length,
      seconds: Math.round((performance.now() - begun) / 1_000),
      answers,
      wrong: [...wrong, ...(await setAside(product))],
      crashes: product.crashes(),
      left,
    };
  } finally {
    await product.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What the person is told in the end, in a few words. */
export async function sendOne(product: Product, file: OddFile): Promise<string> {
  const person = await Person.join(product.telegram, 'Странник', 'ru');
  if (file.asPhoto) await draftAvatar(person, RU, 'Странник');
  const { id } = await person.media(file.kind, file);
  const isEnd = (message: ChatMessage) =>
    hasButton(message, RU.summary) || (ANSWERS.test(message.text) && !message.text.includes('⏳'));
  const message = await person.see(isEnd, 'an answer', {
    after: id - (file.asPhoto ? 20 : 0),
    timeoutMs: PATIENCE_MS,
  });
  // No list or link in a file may bring another file of the machine.
  if (/root:x:0/.test(message.text)) throw new Error('a file of the machine was read');
  if (hasButton(message, RU.summary)) return 'a text';
  const told = ANSWERS.exec(message.text)?.[0] ?? '';
  return told.replaceAll(/\s+/g, ' ').slice(0, 90);
}

/** What a person can do something with: a reason, what is taken, why a photo is not, or that it is kept. */
const ANSWERS =
  /Не получилось\s+\S.*(?=С вас ничего не списано)|С такими файлами я не работаю|❌ Не подошли:\s[^\n]+|Принят[аы] \d+ фотографи|Отложен[аоы] \d+ фотографи|отложено для него на час/s;

/** Waits until nothing is under way, then looks at what is left; each found thing as a line. */
export async function leftovers(product: Product, scratch: string): Promise<string[]> {
  let found: string[] = [];
  const scratched = () =>
    readdirSync(scratch, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() || entry.name.startsWith('f-'))
      .map(({ name }) => `scratch: ${name}`);
  // Looked at before the restart below, which would clear it.
  await eventually('the scratch is empty', async () => scratched().length === 0).catch(() => undefined);
  const inScratch = scratched();
  // A worker that starts applies the rules of retention at once; otherwise they come once a minute.
  await product.stack.app('worker-1').restart();
  await eventually(
    'everything is cleared away',
    async () => {
      const pieces = (await product.objects('transcripts', '')).filter((key) => key.includes('/pieces/'));
      const rows = await product.sql(`select object_key from avatar_photos where object_key is not null`);
      const kept = new Set(rows.map((row) => row['object_key']));
      const photos = (await product.objects('avatars', '')).filter((key) => !kept.has(key));
      const open = await product.sql(
        `select kind from orders where state not in ('succeeded', 'failed', 'cancelled')`,
      );
      const waiting = await product.sql(`select id from avatar_photos where state = 'received'`);
      found = [
        ...pieces,
        ...photos,
        ...open.map(({ kind }) => `order: ${String(kind)}`),
        ...waiting.map(({ id }) => `photo: ${String(id)}`),
      ];
      return found.length === 0;
    },
    90_000,
  ).catch(() => undefined);
  return [...new Set([...inScratch, ...found])];
}

/** Updates that were set aside, and errors that the processes logged. */
export async function setAside(product: Product): Promise<string[]> {
  const poisoned = await product.sql(
    'select update_id as id from telegram_updates where poisoned_at is not null',
  );
  const errors = product.lines(/^(worker|bot-polling)/).filter((line) => line.includes('"level":"error"'));
  return [...poisoned.map(({ id }) => `update ${String(id)} was set aside`), ...errors];
}
