import { parseArgs } from 'node:util';
import { broadcastToMany } from './run.ts';

const USAGE = `pnpm broadcast [options]: operators write to many in the whole product, and its worker is killed meanwhile

  --people <n>  how many get it (50000); three of a hundred have blocked the bot
  --rate <n>    messages in a second (25, as it is set by itself)
  --kills <n>   how often the worker is killed (2)
`;
/** For others' answers meanwhile: 95 of 100. */
const ANSWER_MS = 300;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      people: { type: 'string', default: '50000' },
      rate: { type: 'string', default: '25' },
      kills: { type: 'string', default: '2' },
      help: { type: 'boolean', default: false },
    },
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  if (values.help) {
    say(USAGE);
    return 0;
  }
  const report = await broadcastToMany({
    people: Number(values.people),
    rate: Number(values.rate),
    kills: Number(values.kills),
    say,
  });
  say(JSON.stringify(report, null, 2));
  const { twice, missed, sent, uncertain, skipped, people, answersP95Ms, crashes } = report;
  const sound =
    twice + missed + crashes.length === 0 &&
    sent + uncertain + skipped === people &&
    answersP95Ms <= ANSWER_MS;
  say(sound ? 'Each once, nobody left out, nobody else kept waiting.' : 'Not sound; see above.');
  return sound ? 0 : 1;
}
