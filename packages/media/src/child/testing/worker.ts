import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@aisha/service';
import { createPool } from '../pool.ts';
import { spins } from './parsers.ts';

/** A worker to be killed: has a busy child and a busy program, and says so in a file of its folder. */
const folder = { path: mkdtempSync(join(process.argv[2] ?? tmpdir(), 'folder-')), bytes: 1_000_000 };
const job = { folder, owner: 'a', signal: new AbortController().signal };
const pool = createPool({ log: silentLogger, program: new URL('program.ts', import.meta.url) });
void pool.run(spins, {}, { ...job, limits: { wallMs: 600_000 } });
void pool.program('sleep', ['600'], { ...job, owner: 'b', limits: { ...spins.limits, wallMs: 600_000 } });
writeFileSync(join(process.argv[2] ?? tmpdir(), 'ready'), '');
