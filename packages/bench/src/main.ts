import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { benchExport } from './export.ts';
import { benchFaces } from './faces.ts';
import { type Chapter, table } from './figures.ts';
import { type Ground, layGround, ROOT } from './ground.ts';
import { benchHandover } from './handover.ts';
import { benchProcesses } from './processes.ts';
import { benchProduct } from './product.ts';
import { compare, keep, type KeptRatio } from './ratios.ts';
import { benchSearch } from './search.ts';
import { benchUpdates } from './updates.ts';
import { benchWebhooks } from './webhooks.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    /** What each unit of work costs each process, in microseconds of CPU. */
    profile: { type: 'boolean', default: false },
    /** A folder for V8's profiles of our processes; what they cost is then not to be compared. */
    'cpu-prof': { type: 'string' },
    /** Compares the ratios with those that are committed, and fails when one became worse beyond the noise. */
    check: { type: 'boolean', default: false },
    /** Share of the usual amount of work in each run, for a machine that has little to spare. */
    scale: { type: 'string', default: '1' },
    /** How often what is compared runs in turn: the more, the less does noise matter. */
    pairs: { type: 'string', default: '7' },
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
  processes: benchProcesses,
  faces: benchFaces,
  export: benchExport,
  search: (ground) => benchSearch(ground, Number(values.rows)),
};
/** Those with a peer or a ratio of their own. */
const CHECKED = ['webhooks', 'updates'];
const REPORT = join(ROOT, 'docs', 'BENCHMARKS.md');
const KEPT = join(ROOT, 'packages', 'bench', 'ratios.json');
const keptShape = z.record(
  z.string(),
  z.object({ better: z.enum(['lower', 'higher']), median: z.number(), low: z.number(), high: z.number() }),
);

const names = values.only?.split(',') ?? (values.check ? CHECKED : Object.keys(CHAPTERS));
const ground = await layGround({
  pairs: Number(values.pairs),
  scale: Number(values.scale),
  profileDir: values['cpu-prof'] === undefined ? undefined : resolve(values['cpu-prof']),
});
const chapters: Chapter[] = [];
try {
  for (const name of names) {
    const bench = CHAPTERS[name];
    if (!bench) throw new Error(`no benchmark ${name}; there are: ${Object.keys(CHAPTERS).join(', ')}`);
    const chapter = await bench(ground);
    chapters.push(chapter);
    process.stdout.write(`${table(chapter, values.profile)}\n`);
  }
} finally {
  await ground.stop();
}
process.stdout.write(`${machine()}; ${load()}\n`);
if (values.write) write();
if (values.check) check();

function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
}

function load(): string {
  return `load average ${ground.loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after`;
}

/** The chapters that ran take the place of what the report said of them; the others stay, with the machine they name. */
function write(): void {
  const report = readFileSync(REPORT, 'utf8');
  const [introduction = '', ...sections] = report.split(/^(?=## )/m);
  const ran = new Map(
    chapters.map((chapter) => [
      chapter.title,
      `${table({ ...chapter, method: `${chapter.method}\n\nWritten by \`pnpm bench --profile --write --only ${names[chapters.indexOf(chapter)]}\` on ${machine()}; ${load()}.` }, true)}\n`,
    ]),
  );
  const titleOf = (section: string) => /^## (.*)$/m.exec(section)?.[1] ?? '';
  const before = new Set(sections.map(titleOf));
  const kept = sections.map((section) => ran.get(titleOf(section)) ?? section);
  const added = [...ran].flatMap(([title, section]) => (before.has(title) ? [] : [section]));
  writeFileSync(REPORT, `${[introduction, ...kept, ...added].map((part) => part.trimEnd()).join('\n\n')}\n`);
  const ratios: Record<string, KeptRatio> = { ...keptRatios() };
  for (const ratio of chapters.flatMap((chapter) => chapter.ratios ?? [])) ratios[ratio.name] = keep(ratio);
  writeFileSync(KEPT, `${JSON.stringify(ratios, null, 2)}\n`);
}

function keptRatios() {
  return keptShape.parse(JSON.parse(readFileSync(KEPT, 'utf8')));
}

function check(): void {
  const kept = keptRatios();
  for (const ratio of chapters.flatMap((chapter) => chapter.ratios ?? [])) {
    const before = kept[ratio.name];
    const now = keep(ratio);
    const told = `${ratio.name}: ${now.median} (${now.low}–${now.high})`;
    if (!before) {
      process.stdout.write(`new    ${told}, nothing is committed\n`);
      continue;
    }
    const verdict = compare(ratio, before);
    process.stdout.write(
      `${verdict.padEnd(6)} ${told}, committed ${before.median} (${before.low}–${before.high})\n`,
    );
    if (verdict === 'worse') process.exitCode = 1;
  }
}
