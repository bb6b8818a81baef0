import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Limits } from '../../limits.ts';
import { type AnyParser, defineParser } from '../parser.ts';

const MB = 1024 * 1024;
const limits: Limits = { lane: 'quick', wallMs: 15_000, memoryBytes: 200 * MB, outputBytes: 20_000 };

/** What a child sees of us, and where it stands. */
export const look = defineParser({
  name: 'look',
  limits,
  input: z.object({ text: z.string() }),
  output: z.object({
    text: z.string(),
    pid: z.number(),
    environment: z.string(),
    files: z.array(z.string()),
  }),
  load: async () => (input) => ({
    text: input.text,
    pid: process.pid,
    environment: readFileSync('/proc/self/environ', 'utf8'),
    files: readdirSync('.'),
  }),
});

const behaves = (name: string, run: () => unknown, own: Partial<Limits> = {}) =>
  defineParser<Record<string, never>, string>({
    name,
    limits: { ...limits, ...own },
    input: z.object({}),
    output: z.string(),
    load: async () => async () => z.string().parse(await run()),
  });

const hang = () => new Promise<string>(() => undefined);
const fail = (code: string) => {
  throw Object.assign(new Error('write failed'), { code });
};

export const waits = behaves('waits', hang, { wallMs: 600_000 });
export const slow = behaves('slow', hang, { wallMs: 300 });
export const spins = behaves(
  'spins',
  () => {
    for (;;) if (existsSync('/nowhere')) return 'never';
  },
  { wallMs: 300 },
);
/** Fast and far: the kernel stops it before the watch looks. */
export const bursts = behaves('bursts', () => String(Buffer.alloc(3_000 * MB, 1).length));
/** Past its limit, within what the kernel gives: the watch stops it. */
export const grows = behaves('grows', () => {
  const kept = Array.from({ length: 25 }, () => Buffer.alloc(10 * MB, 1));
  return hang().then(() => String(kept.length));
});
export const heaps = behaves('heaps', () => {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: 100_000 }, (_, n) => n + kept.length));
});
export const writes = behaves('writes', () => {
  for (let n = 0; n < 64; n += 1) appendFileSync('big', Buffer.alloc(MB, 1));
  return hang();
});
export const talks = behaves('talks', () => 'x'.repeat(100_000));
export const lies = defineParser<Record<string, never>, string>({
  name: 'lies',
  limits,
  input: z.object({}),
  output: z.string(),
  load: async () => () => JSON.parse('5'),
});
export const throws = behaves('throws', () => {
  throw new Error('the file is odd');
});
export const aborts = behaves('aborts', () => process.abort());
export const full = behaves('full', () => fail('ENOSPC'));
/** Killed by somebody else the first time. */
export const murdered = behaves('murdered', () => {
  if (existsSync('again')) return 'survived';
  writeFileSync('again', '');
  process.kill(process.pid, 'SIGKILL');
  return hang();
});
/** Starts a program of its own, which would outlive it. */
export const spawns = behaves('spawns', () => {
  const { pid } = spawn('sleep', ['600'], { stdio: 'ignore' });
  writeFileSync('pid', String(pid));
  return hang();
});
export const reads = behaves('reads', () => execFileSync('cat', ['given'], { encoding: 'utf8' }));

export const testParsers: readonly AnyParser[] = [
  look,
  waits,
  slow,
  spins,
  bursts,
  grows,
  heaps,
  writes,
  talks,
  lies,
  throws,
  aborts,
  full,
  murdered,
  spawns,
  reads,
];
