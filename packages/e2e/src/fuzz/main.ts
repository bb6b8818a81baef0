import { parseArgs } from 'node:util';
import { sendOddFiles } from '../cases/odd-run.ts';
import { runFuzz } from './run.ts';
import { startTarget } from './target.ts';

const USAGE = `pnpm fuzz [options]

  --requests <n>  how many malformed or forged requests (100000)
  --files <n>     instead of requests: how many odd files are sent to the whole product
  --seed <n>      the same requests as another time (random)
  --source        runs the TypeScript sources instead of compiled JavaScript
`;
const GROWTH_MB = 60;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '100000' },
      files: { type: 'string' },
      seed: { type: 'string' },
      source: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
  say(`seed ${seed}`);
  if (values.files !== undefined) {
    const report = await sendOddFiles({ files: Number(values.files), seed, say });
    say(JSON.stringify(report, null, 2));
    const { wrong, crashes, left } = report;
    return wrong.length + crashes.length + left.length === 0 ? 0 : 1;
  }
  const target = await startTarget({ source: values.source });
  try {
    const report = await runFuzz(target, { requests: Number(values.requests), seed, rows: 6, say });
    say(JSON.stringify(report, null, 2));
    const grown = report.memory.filter(({ before, after }) => after - before >= GROWTH_MB);
    const sound =
      report.crashes.length === 0 && report.valid.taken === report.valid.sent && grown.length === 0;
    say(sound ? 'No 5xx, no crash, memory flat, every genuine request taken.' : 'Not sound; see above.');
    return sound ? 0 : 1;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    for (const crash of target.crashes().slice(0, 10)) say(crash);
    return 1;
  } finally {
    await target.stop();
  }
}
