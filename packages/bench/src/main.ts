import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchFaces } from './faces.ts';
import { type Chapter, table } from './figures.ts';
import { type Ground, layGround, ROOT } from './ground.ts';
import { benchHandover } from './handover.ts';
import { benchProduct } from './product.ts';
import { benchSearch } from './search.ts';
import { benchUpdates } from './updates.ts';
import { benchWebhooks } from './webhooks.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    /** Transcripts that are searched. */
    rows: { type: 'string', default: '1000000' },
  },
});
const CHAPTERS: Readonly<Record<string, (ground: Ground) => Promise<Chapter>>> = {
  webhooks: benchWebhooks,
  updates: benchUpdates,
  product: benchProduct,
  handover: benchHandover,
  faces: benchFaces,
  search: (ground) => benchSearch(ground, Number(values.rows)),
};

const names = values.only?.split(',') ?? Object.keys(CHAPTERS);
const ground = await layGround();
const chapters: Chapter[] = [];
try {
  for (const name of names) {
    const bench = CHAPTERS[name];
    if (!bench) throw new Error(`no benchmark ${name}; there are: ${Object.keys(CHAPTERS).join(', ')}`);
    const chapter = await bench(ground);
    chapters.push(chapter);
    process.stdout.write(`${table(chapter)}\n`);
  }
} finally {
  await ground.stop();
}
if (values.write) writeFileSync(join(ROOT, 'docs', 'BENCHMARKS.md'), report(chapters));

function report(done: readonly Chapter[]): string {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, everything on one machine`;
  return `# Benchmarks\n\nWritten by \`pnpm build && pnpm bench --write\` on ${machine}. Figures are ratios within one run where a peer is named; absolute ones are this machine's.\n\n${done.map(table).join('\n')}`;
}
