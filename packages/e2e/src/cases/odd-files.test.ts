import { expect, test } from 'vitest';
import { sendOddFiles } from './odd-run.ts';

const SEED = 20_261_126;
const FILES = 60;

test(`${FILES} odd files, seed ${SEED}: an answer for each, no crash, nothing left`, async () => {
  const report = await sendOddFiles({ files: FILES, seed: SEED });
  process.stdout.write(`\n${JSON.stringify(report, null, 2)}\n`);
  expect(report).toMatchObject({ files: FILES, wrong: [], crashes: [], left: [] });
}, 300_000);
