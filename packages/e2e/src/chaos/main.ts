import { parseArgs } from 'node:util';
import { breachesOf } from './audit.ts';
import { measureHandover, type Handover } from './handover.ts';
import { runChaos, type RunReport } from './run.ts';
import { startSystem } from './system.ts';
import { handoverTable, reportText, table } from './table.ts';

const USAGE = `pnpm chaos [options]

  --seeds <n>      how many runs, each with a seed of its own (10)
  --minutes <n>    how long each is loaded and beaten (3)
  --seed <n>       the first seed; the others follow it (random)
  --mode <mode>    polling, webhook, or both in turn (both)
  --hurry          takes the minutes that an unclear submit is waited for off in the database
  --no-handover    leaves the measurement of hand-overs out
  --source         runs the TypeScript sources instead of compiled JavaScript
`;
const S3_AWAY_MS = 20_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10' },
      minutes: { type: 'string', default: '3' },
      seed: { type: 'string' },
      mode: { type: 'string', default: 'both' },
      hurry: { type: 'boolean', default: false },
      'no-handover': { type: 'boolean', default: false },
      source: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const first = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
  const failed: string[] = [];
  if (!values['no-handover']) failed.push(...(await handovers(values.source)));

  const reports: RunReport[] = [];
  for (let seed = first; seed < first + Number(values.seeds); seed += 1) {
    const webhook = values.mode === 'webhook' || (values.mode === 'both' && (seed - first) % 2 === 1);
    const mode = webhook ? 'webhook' : 'polling';
    say(`\nseed ${seed}, ${mode}`);
    const system = await startSystem({ name: `seed-${seed}`, mode, source: values.source });
    try {
      const report = await runChaos(system, {
        seed,
        seconds: Number(values.minutes) * 60,
        hurry: values.hurry,
        awayMs: S3_AWAY_MS,
        say,
      });
      reports.push(report);
      failed.push(...breachesOf(report.findings).map((breach) => `seed ${seed}: ${breach}`));
      say(`\n${reportText(report)}`);
    } catch (error) {
      failed.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
      say(`\n${String(error)}`);
    } finally {
      await system.stop();
    }
  }
  say(`\nall seeds\n${total(reports)}\n`);
  say(
    failed.length === 0 ? 'Nothing lost, nothing done twice.' : failed.map((line) => `✗ ${line}`).join('\n'),
  );
  return failed.length === 0 ? 0 : 1;
}

async function handovers(source: boolean): Promise<string[]> {
  const system = await startSystem({ name: 'handover', source });
  try {
    const measured: Handover[] = [];
    for (const ending of ['SIGTERM', 'SIGKILL', 'SIGSTOP'] as const)
      measured.push(await measureHandover(system, ending));
    say(handoverTable(measured));
    return measured
      .filter((one) => one.unanswered > 0)
      .map((one) => `${one.ending}: ${one.unanswered} unanswered`);
  } finally {
    await system.stop();
  }
}

function total(reports: readonly RunReport[]): string {
  const promises = [...new Set(reports.flatMap((report) => report.findings.map(({ promise }) => promise)))];
  return table(
    ['promise', 'looked at', 'breaches'],
    promises.map((promise) => {
      const all = reports.flatMap((report) => report.findings.filter((one) => one.promise === promise));
      const sum = (of: (one: (typeof all)[number]) => number) =>
        String(all.reduce((n, one) => n + of(one), 0));
      return [promise, sum((one) => one.looked), sum((one) => one.breaches.length)];
    }),
  );
}
