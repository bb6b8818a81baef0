import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oddFiles } from '../cases/odd-files.ts';
import { leftovers, sendOne, setAside } from '../cases/odd-run.ts';
import { createRandom } from '../chaos/random.ts';
import { Person } from '../person.ts';
import { startProduct } from '../product.ts';
import { p95, use } from './bystander.ts';
import { generate } from './generated.ts';
import { type Watched, watch } from './watching.ts';

export interface AttackReport extends Watched {
  readonly files: number;
  readonly seconds: number;
  /** The same two people's before it: what this machine takes by itself. */
  readonly calm: { readonly p95Ms: number; readonly voiceP95Ms: number };
  /** Of who used the bot meanwhile: answers, and texts of voice messages. */
  readonly noticed: {
    readonly answers: number;
    readonly p95Ms: number;
    readonly voices: number;
    readonly voiceP95Ms: number;
  };
  /** How often each answer was given, by its first words. */
  readonly answers: Readonly<Record<string, number>>;
  /** Calls of providers for the files' senders: the most of one, and of all. */
  readonly paidCalls: { readonly mostOfOne: number; readonly all: number };
  readonly wrong: readonly string[];
  readonly crashes: readonly string[];
  readonly left: readonly string[];
}

/** So long others use the bot before anybody attacks. */
const CALM_MS = 20_000;
/** Files that are out at once, each of somebody else. */
const TOGETHER = 4;

/** Sends bombs and malformed files, half of each, to the whole product while others use it. */
export async function attack(options: {
  readonly files: number;
  /** … of these the ones from this number on, up to another: a long run in slices. */
  readonly from: number;
  readonly to: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}): Promise<AttackReport> {
  const { files, from, to, seed, say } = options;
  const scratch = await mkdtemp(join(tmpdir(), 'aisha-attacks-'));
  const product = await startProduct({
    name: 'attacks-long',
    settings: { WORKER_SCRATCH_DIR: scratch, CREDITS: 'off' },
  });
  const over = new AbortController();
  try {
    const begun = performance.now();
    const random = createRandom(seed);
    const malformed = await oddFiles(Math.floor(files / 2), seed);
    const people = await Promise.all(
      ['Борис', 'Вера'].map((name) => Person.join(product.telegram, name, 'ru')),
    );
    const [talks, speaks] = people;
    if (!talks || !speaks) throw new Error('nobody uses the bot');
    const before = await use(talks, speaks, AbortSignal.timeout(CALM_MS));
    const calm = { p95Ms: p95(before.answers), voiceP95Ms: p95(before.voices) };
    const watching = watch(product, scratch);
    const answers: Record<string, number> = {};
    const wrong: string[] = [];
    const using = use(talks, speaks, over.signal).catch((error: unknown) => {
      wrong.push(`who used the bot meanwhile: ${error instanceof Error ? error.message : String(error)}`);
      return { answers: [], voices: [] };
    });
    let next = from;
    const lane = async () => {
      while (next < to) {
        const n = next++;
        const odd = n % 2 === 0 ? undefined : malformed[(n - 1) / 2];
        const file = odd ?? (await generate(random, n));
        const answer = await sendOne(product, file).catch((error: unknown) => {
          wrong.push(`${file.what}: ${error instanceof Error ? error.message : String(error)}`);
          return 'no answer';
        });
        if (answer.includes('на нашей стороне')) wrong.push(`${file.what}: ${answer}`);
        answers[answer] = (answers[answer] ?? 0) + 1;
        say(`${file.what} → ${answer}`);
      }
    };
    await Promise.all(Array.from({ length: TOGETHER }, lane));
    over.abort();
    const noticed = await using;
    const watched = watching.stop();
    const [paid] = await product.sql(
      `select coalesce(max(n), 0)::int as most, coalesce(sum(n), 0)::int as all from
         (select sum(calls) as n from paid_calls where owner_id <> all($1) and scope ~ '^(day|text|fal):' group by owner_id) as one`,
      [people.map(({ id }) => id)],
    );
    const left = await leftovers(product, scratch);
    return {
      files: to - from,
      seconds: Math.round((performance.now() - begun) / 1_000),
      calm,
      noticed: {
        answers: noticed.answers.length,
        p95Ms: p95(noticed.answers),
        voices: noticed.voices.length,
        voiceP95Ms: p95(noticed.voices),
      },
      ...watched,
      answers,
      paidCalls: { mostOfOne: Number(paid?.['most']), all: Number(paid?.['all']) },
      wrong: [...wrong, ...(await setAside(product))],
      crashes: product.crashes(),
      left,
    };
  } finally {
    over.abort();
    await product.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}
