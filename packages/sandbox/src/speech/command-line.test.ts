import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = (args: readonly string[]) =>
  execa(
    process.execPath,
    ['--conditions=@aisha/source', path.join(import.meta.dirname, 'main.ts'), ...args],
    {
      reject: false,
    },
  );

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'aisha-speech-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('speech from the command line', { timeout: 30_000 }, () => {
  it('writes a file that it can read again', async () => {
    const file = path.join(folder, 'hello.ogg');
    const written = await run(['--text', 'Привет, как дела?', '--out', file]);
    expect(written).toMatchObject({ exitCode: 0, stdout: file });
    const read = await run(['--read', file]);
    expect(read.stdout).toMatch(/^\d\.\d\d s: Привет, как дела\?$/u);
  });

  it('fills minutes', async () => {
    const file = path.join(folder, 'long.mp3');
    await run(['--text', 'раз два три', '--minutes', '0.5', '--out', file]);
    const { stdout } = await run(['--read', file]);
    expect(Number.parseFloat(stdout)).toBeGreaterThan(29);
  });

  it('says how it is used', async () => {
    const { exitCode, stderr } = await run(['--out', 'x.ogg']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('usage');
  });
});
