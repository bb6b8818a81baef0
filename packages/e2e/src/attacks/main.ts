import { parseArgs } from 'node:util';
import { attack } from './run.ts';

const USAGE = `pnpm attack [options]: sends bombs and malformed files to the whole product while others use it

  --files <n>   how many (2000)
  --seed <n>    the same files as another time (random)
  --from <n>    a slice of them: from this one on (0) …
  --to <n>      … up to and without that one (all)
`;
/** As in the short form (attacks.test.ts). */
const ANSWER_MS = 500;
/** … or where the machine is busy with other work, this many times what it took before. */
const TIMES_CALM = 2;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      files: { type: 'string', default: '2000' },
      seed: { type: 'string' },
      from: { type: 'string', default: '0' },
      to: { type: 'string' },
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
  const files = Number(values.files);
  const report = await attack({
    files,
    from: Number(values.from),
    to: Number(values.to ?? files),
    seed,
    say,
  });
  say(JSON.stringify(report, null, 2));
  const { wrong, crashes, left, memory, noticed, calm } = report;
  const within = Object.values(memory).every(({ mostMb, containerMb }) => mostMb < containerMb);
  const sound =
    wrong.length + crashes.length + left.length === 0 &&
    within &&
    noticed.p95Ms <= Math.max(ANSWER_MS, calm.p95Ms * TIMES_CALM);
  say(sound ? 'Every file answered, nobody else noticed, nothing is left.' : 'Not sound; see above.');
  return sound ? 0 : 1;
}
