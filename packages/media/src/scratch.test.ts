import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, silentLogger } from '@aisha/service';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openScratch, type Scratch } from './scratch.ts';

let root: string;
let errors: string[];
let scratch: Scratch;
const log: Logger = { ...silentLogger, error: (message) => void errors.push(message) };
const { signal } = new AbortController();
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'aisha-scratch-'));
  errors = [];
  scratch = await openScratch({ root, log, totalBytes: 1_000 });
});
afterEach(async () => {
  await scratch.close();
  rmSync(root, { recursive: true });
});

describe('scratch', () => {
  test('gives folders that go with what is in them', async () => {
    const folder = await scratch.folder(600, { owner: 'a', signal });
    writeFileSync(join(folder.path, 'file'), 'x');
    mkdirSync(join(folder.path, 'deep/er'), { recursive: true });
    expect(scratch.reserved).toBe(600);
    await folder[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
    expect(existsSync(folder.path)).toBe(false);
    expect(scratch.reserved).toBe(0);
  });

  test('has work wait for room, in time', async () => {
    const first = await scratch.folder(600, { owner: 'a', signal });
    const second = scratch.folder(600, { owner: 'b', signal });
    const stop = new AbortController();
    const third = scratch.folder(600, { owner: 'c', signal: stop.signal });
    stop.abort(new Error('given up'));
    await expect(third).rejects.toThrow('given up');
    await first[Symbol.asyncDispose]();
    await (await second)[Symbol.asyncDispose]();
    expect(scratch.reserved).toBe(0);
    expect(errors).toEqual([]);
  });

  test('that stays full is an alarm and passes', async () => {
    await using folder = await scratch.folder(600, { owner: 'a', signal });
    const refused = scratch.folder(600, { owner: 'b', signal, waitMs: 10 });
    await expect(refused).rejects.toMatchObject({ name: 'TransientError', message: 'scratch is full' });
    // More than there will ever be.
    await expect(scratch.folder(2_000, { owner: 'b', signal, waitMs: 10 })).rejects.toThrow(
      'scratch is full',
    );
    expect(errors).toEqual(['scratch is full', 'scratch is full']);
    expect(folder.bytes).toBe(600);
  });

  test('is not filled by the large files of one person', async () => {
    const mine = { owner: 'a', signal };
    await using first = await scratch.folder(400, mine);
    // What is made of a file counts with it, however much that is.
    await using sound = await scratch.folder(200, { ...mine, beside: first });
    const more = scratch.folder(100, { ...mine, waitMs: 10 });
    await expect(more).rejects.toMatchObject({ name: 'TransientError' });
    await using other = await scratch.folder(400, { owner: 'b', signal });
    expect(scratch.reserved).toBe(400 + sound.bytes + other.bytes);
    // One person's share is no trouble of the operators.
    expect(errors).toEqual([]);
  });

  test('is refused beyond what the disk has', async () => {
    const big = await openScratch({ root, log, totalBytes: Number.MAX_SAFE_INTEGER });
    await expect(big.folder(2 ** 52, { owner: 'a', signal, waitMs: 10 })).rejects.toThrow('scratch is full');
  });

  test('removes what the dead left, and nothing of the living', async () => {
    const dead = spawnSync('true').pid;
    const space = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    const old = new Date(Date.now() - 3_600_000);
    const place = (name: string, mtime?: Date) => {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'file'), 'x');
      if (mtime) utimesSync(join(root, name), mtime, mtime);
      return name;
    };
    place([hostname(), space, dead, 1].join('~'));
    // Its number is another process's now.
    place([hostname(), space, process.pid, 1].join('~'));
    place(['other', 5, 1, 1].join('~'), old);
    const living = [place(['other', 6, 1, 1].join('~')), place('somebody else', old)];
    const own = readdirSync(root).find(
      (name) => !name.endsWith(`~${process.pid}~1`) && name.includes(`~${process.pid}~`),
    );
    const again = await openScratch({ root, log });
    expect(new Set(readdirSync(root))).toEqual(new Set([...living, own]));
    expect(again.reserved).toBe(0);
  });
});
