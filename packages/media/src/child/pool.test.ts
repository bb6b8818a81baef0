import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, silentLogger } from '@aisha/service';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LANES } from '../limits.ts';
import { createPool, type Pool } from './pool.ts';
import * as parsers from './testing/parsers.ts';

const { look } = parsers;
const program = new URL('testing/program.ts', import.meta.url);
const root = mkdtempSync(join(tmpdir(), 'aisha-pool-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let errors: string[];
let pool: Pool;
beforeEach(() => {
  errors = [];
  const log: Logger = { ...silentLogger, error: (message) => void errors.push(message) };
  pool = createPool({ log, program });
});
afterEach(() => pool.close());

function job(owner = 'a', signal = new AbortController().signal) {
  return { folder: { path: mkdtempSync(join(root, 'f-')), bytes: 4_000_000 }, owner, signal };
}

async function pidOf(on = pool): Promise<number> {
  const outcome = await on.run(look, { text: '' }, job());
  if (outcome.kind !== 'ok') throw new Error(outcome.reason);
  return outcome.value.pid;
}

const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
const patient = { timeout: 15_000 };

describe('a child', () => {
  test('answers, stands in the scratch folder and sees nothing of our environment', async () => {
    const one = job();
    writeFileSync(join(one.folder.path, 'given'), 'x');
    const outcome = await pool.run(look, { text: 'привет\n\u2028 "x"' }, one);
    if (outcome.kind !== 'ok') throw new Error(outcome.reason);
    expect(outcome.value).toMatchObject({ text: 'привет\n\u2028 "x"', files: ['given'] });
    const names = Array.from(outcome.value.environment.matchAll(/(\w+)=[^\0]*\0/g), ([, name]) => name);
    expect(new Set(names)).toEqual(
      new Set([
        'HOME',
        'LANG',
        'MALLOC_ARENA_MAX',
        'MALLOC_MMAP_THRESHOLD_',
        'MALLOC_TRIM_THRESHOLD_',
        'PATH',
        'TMPDIR',
        'UV_THREADPOOL_SIZE',
        'VIPS_CONCURRENCY',
      ]),
    );
    expect(outcome.spent.peakBytes).toBeGreaterThan(10_000_000);
  });

  test('is used again, and ends when it is idle', async () => {
    const quick = createPool({ log: silentLogger, program, idleMs: 50 });
    const pid = await pidOf(quick);
    expect(await pidOf(quick)).toBe(pid);
    await expect.poll(() => isAlive(pid), patient).toBe(false);
    expect(await pidOf(quick)).not.toBe(pid);
    quick.close();
  });

  test('that breaks a limit is killed, and the next file has another', async () => {
    const first = await pidOf();
    expect(await pool.run(parsers.slow, {}, job())).toMatchObject({ reason: 'too_costly', limit: 'time' });
    expect(isAlive(first)).toBe(false);
    expect(await pidOf()).not.toBe(first);
  });

  test.each([
    [parsers.slow, 'time'],
    [parsers.spins, 'time'],
    [parsers.grows, 'memory'],
    [parsers.bursts, 'memory'],
    [parsers.heaps, 'memory'],
    [parsers.writes, 'scratch'],
    [parsers.talks, 'output'],
  ])('$name is too costly: %s', async (parser, limit) => {
    expect(await pool.run(parser, {}, job())).toMatchObject({
      kind: 'refused',
      reason: 'too_costly',
      limit,
    });
  });

  test.each([
    [parsers.throws, 'the file is odd'],
    [parsers.aborts, 'SIGABRT'],
    [parsers.lies, 'its answer is none'],
  ])('$name is one bad file', async (parser, detail) => {
    expect(await pool.run(parser, {}, job())).toMatchObject({
      kind: 'refused',
      reason: 'crashed',
      detail: expect.stringContaining(detail),
    });
    await pidOf();
  });

  test('that somebody else killed is tried once more', async () => {
    expect(await pool.run(parsers.murdered, {}, job())).toMatchObject({ kind: 'ok', value: 'survived' });
  });

  test('whose disk is full rings and fails passingly', async () => {
    await expect(pool.run(parsers.full, {}, job())).rejects.toMatchObject({ name: 'TransientError' });
    expect(errors).toEqual(['scratch is full']);
  });

  test('takes what it started with it', async () => {
    const one = job();
    const stop = new AbortController();
    const running = pool.run(parsers.spawns, {}, { ...one, signal: stop.signal });
    const file = join(one.folder.path, 'pid');
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8') !== '', patient).toBe(true);
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await expect.poll(() => isAlive(Number(readFileSync(file, 'utf8'))), patient).toBe(false);
  });
});

describe('a program', () => {
  const { limits } = parsers.reads;

  test('runs in the folder and is told apart by how it ended', async () => {
    const one = job();
    writeFileSync(join(one.folder.path, 'given'), 'content');
    const run = (script: string, own = {}) =>
      pool.program('sh', ['-c', script], { ...one, limits: { ...limits, ...own } });
    expect(await run('cat given; echo odd >&2; exit 3')).toMatchObject({
      kind: 'ended',
      code: 3,
      stdout: Buffer.from('content'),
      stderr: 'odd\n',
    });
    expect(await run('sleep 600', { wallMs: 200 })).toMatchObject({ reason: 'too_costly', limit: 'time' });
    expect(await run('yes', { outputBytes: 1_000 })).toMatchObject({ reason: 'too_costly', limit: 'output' });
    expect(await run('head -c 9000000 /dev/zero > big; sleep 600')).toMatchObject({ limit: 'scratch' });
    await expect(run('echo "write: No space left on device" >&2; exit 1')).rejects.toThrow('scratch is full');
  });

  test('that is not there fails passingly', async () => {
    const running = pool.program('no-such-program', [], { ...job(), limits });
    expect(await running.catch((error: unknown) => error)).toMatchObject({ name: 'TransientError' });
  });
});

describe('the pool', () => {
  test('takes people in turn, and no more at once than it may', async () => {
    const lanes = {
      ...LANES,
      quick: { children: 1, memoryBytes: 1e9 },
      long: { children: 1, memoryBytes: 1e9 },
    };
    const narrow = createPool({ log: silentLogger, program, lanes });
    const order: string[] = [];
    const files = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'];
    await Promise.all(
      files.map((name) =>
        narrow.run(look, { text: name }, job(name.slice(0, 1))).then(() => order.push(name)),
      ),
    );
    expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
    narrow.close();
  });

  test('opens one file of each person at a time: another finds a child free', async () => {
    const stop = new AbortController();
    const held = Promise.allSettled(
      Array.from({ length: 20 }, () => pool.run(parsers.waits, {}, job('a', stop.signal))),
    );
    expect(await pool.run(look, { text: 'b' }, job('b'))).toMatchObject({ kind: 'ok' });
    stop.abort(new Error('over'));
    expect((await held).every(({ status }) => status === 'rejected')).toBe(true);
  });

  test('lets light files pass a heavy one for which there is no room', async () => {
    const lanes = {
      ...LANES,
      quick: { children: 2, memoryBytes: 480e6 },
      long: { children: 1, memoryBytes: 1e9 },
    };
    const narrow = createPool({ log: silentLogger, program, lanes });
    const stop = new AbortController();
    const held = narrow.run(parsers.waits, {}, job('a', stop.signal));
    const heavy = narrow.run(look, { text: '' }, { ...job('b'), limits: { memoryBytes: 400e6 } });
    expect(await narrow.run(look, { text: '' }, job('c'))).toMatchObject({ kind: 'ok' });
    stop.abort(new Error('over'));
    await expect(held).rejects.toThrow('over');
    expect(await heavy).toMatchObject({ kind: 'ok' });
    narrow.close();
  });

  test('lets a call be given up while it waits', async () => {
    const lanes = {
      ...LANES,
      quick: { children: 1, memoryBytes: 1e9 },
      long: { children: 1, memoryBytes: 1e9 },
    };
    const narrow = createPool({ log: silentLogger, program, lanes });
    const stop = new AbortController();
    const held = narrow.run(parsers.waits, {}, job('a', stop.signal));
    const waiting = new AbortController();
    const second = narrow.run(look, { text: '' }, job('a', waiting.signal));
    const third = narrow.run(look, { text: 'third' }, job());
    waiting.abort(new Error('given up'));
    await expect(second).rejects.toThrow('given up');
    stop.abort(new Error('over'));
    await expect(held).rejects.toThrow('over');
    expect(await third).toMatchObject({ kind: 'ok' });
    narrow.close();
  });

  test('closes: calls under way fail passingly, children end', async () => {
    const pid = await pidOf();
    const running = pool.run(parsers.waits, {}, job());
    pool.close();
    await expect(running).rejects.toMatchObject({ name: 'TransientError' });
    await expect.poll(() => isAlive(pid), patient).toBe(false);
  });

  test("'s children and programs end with a worker that is killed", async () => {
    const dir = mkdtempSync(join(root, 'w-'));
    const worker = spawn(
      process.execPath,
      ['--conditions=@aisha/source', new URL('testing/worker.ts', import.meta.url).pathname, dir],
      { stdio: 'ignore' },
    );
    await expect.poll(() => existsSync(join(dir, 'ready')), patient).toBe(true);
    const children = () => {
      const list = readFileSync(`/proc/${worker.pid}/task/${worker.pid}/children`, 'utf8');
      return list.split(' ').filter(Boolean).map(Number);
    };
    const names = () => children().map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
    await expect
      .poll(() => names().toSorted(), patient)
      .toEqual([expect.stringMatching(/node|Main/), 'sleep']);
    const pids = children();
    worker.kill('SIGKILL');
    await expect.poll(() => pids.filter(isAlive), patient).toEqual([]);
    expect(readdirSync(dir)).toContain('ready');
  });
});
