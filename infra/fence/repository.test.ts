import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8');
const packages = [
  ...['apps', 'packages'].flatMap((top) => readdirSync(`${ROOT}/${top}`).map((name) => `${top}/${name}`)),
  'infra/dev',
];

describe('the repository', () => {
  test('compiles every package with one command', () => {
    const listed = [...read('tsconfig.build.json').matchAll(/"path": "([^"]+)"/g)].map(([, path]) => path);
    expect(new Set(listed)).toEqual(new Set(packages.map((folder) => `./${folder}/tsconfig.build.json`)));
  });

  test.each(packages)('%s builds on the strict base', (folder) => {
    expect(read(`${folder}/tsconfig.json`)).toContain('"extends": "../../tsconfig.base.json"');
  });

  test('waves no rule away inline', () => {
    const directive = ['(ox|es)lint-', 'disable|@ts-', '(ignore|nocheck)'].join('');
    // In a test or a suite, a line that must not compile is a test of the types.
    const expected = ['@ts-expect', 'error'].join('-');
    expect(grep(directive, ['*.ts', '*.mjs', '*.js'])).toBe('');
    expect(grep(expected, ['*.ts', ':!*.test.ts', ':!*/testing/*-suite.ts'])).toBe('');
  });
});

function grep(pattern: string, paths: readonly string[]): string {
  try {
    return execFileSync('git', ['grep', '-nE', pattern, '--', ...paths], { cwd: ROOT, encoding: 'utf8' });
  } catch (error) {
    // It ends with 1 when it finds nothing.
    if (error instanceof Error && 'status' in error && error.status === 1) return '';
    throw error;
  }
}
