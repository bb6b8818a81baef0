import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { dustSettles, startSystem, type System } from '@aisha/e2e';
import { Redis } from 'ioredis';
import { percentile, round } from '../figures.ts';
import { DOINGS, KEPT_DAYS, MODEL, perSecond } from './model.ts';
import { comeAndGo, prepareActs } from './people.ts';

const USAGE = `pnpm day [options]: the busiest hour of a day, with stand-ins for every provider

  --users <n>     how many people come on that day (5000)
  --minutes <n>   for how long (15)
  --until <n>     then doubles the number of people until the answers' p95 is above n ms, or somebody gets none
`;
const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '5000' },
    minutes: { type: 'string', default: '15' },
    until: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const say = (line: string) => void process.stdout.write(`${line}\n`);

if (values.help) say(USAGE);
else await main(Number(values.users), Number(values.minutes) * 60);

async function main(users: number, seconds: number): Promise<void> {
  const system = await startSystem({ name: 'day' });
  try {
    await system.allReady();
    const acts = await prepareActs();
    // Nobody measures the first minute of a process.
    await comeAndGo(system, acts, { users, seconds: 10 });
    let people = users;
    for (;;) {
      const well = await run(system, acts, people, seconds);
      if (values.until === undefined || !well) break;
      people *= 2;
    }
  } finally {
    await system.stop();
  }
}

/** One run, told; whether everybody was served in time. */
async function run(
  system: System,
  acts: Awaited<ReturnType<typeof prepareActs>>,
  users: number,
  seconds: number,
): Promise<boolean> {
  say(`\n${round(users)} people a day, ${round(seconds)} s of its busiest hour`);
  const before = await look(system);
  const done = await comeAndGo(system, acts, { users, seconds });
  say(`  everybody has come and gone; ${done.filter(({ ms }) => ms === null).length} without`);
  await dustSettles(system, { hurry: true, timeoutMs: 120_000, say });
  const after = await look(system);
  for (const why of new Set(done.flatMap((one) => one.why ?? []))) say(`  ✗ ${why}`);
  for (const doing of DOINGS) {
    const ofOne = done.filter((one) => one.doing === doing);
    const times = ofOne.flatMap(({ ms }) => ms ?? []);
    say(
      `  ${doing.padEnd(10)} ${perSecond(doing, users).toFixed(3)}/s, ${ofOne.length} in all, ${ofOne.length - times.length} without: p50 ${round(percentile(times, 50))} ms, p95 ${round(percentile(times, 95))} ms`,
    );
  }
  for (const [name, { cpu, bytes }] of after.processes) {
    const was = before.processes.get(name);
    if (was)
      say(
        `  ${name.padEnd(14)} ${round((100 * (cpu - was.cpu)) / after.at.since(before.at), 1)} % of a core, ${round(was.bytes / 1e6)} → ${round(bytes / 1e6)} MB`,
      );
  }
  // So much of a day was this.
  const share = (seconds / 3_600) * MODEL.busiestHour;
  let yearly = 0;
  const growing: [string, number][] = [];
  for (const [table, bytes] of after.tables) {
    const days = Math.min(365, KEPT_DAYS[table] ?? 365);
    const year = (Math.max(0, bytes - (before.tables.get(table) ?? 0)) / share) * days;
    yearly += year;
    growing.push([table, year]);
  }
  growing.sort(([, a], [, b]) => b - a);
  say(
    `  PostgreSQL after a year: ${round(yearly / 1e9, 1)} GB (${growing
      .slice(0, 5)
      .map(([table, bytes]) => `${table} ${round(bytes / 1e9, 1)}`)
      .join(', ')})`,
  );
  say(
    `  Redis: ${round(before.redis / 1e6, 1)} → ${round(after.redis / 1e6, 1)} MB, jobs that ended do not stay for ever`,
  );
  const answers = done.filter(({ doing }) => doing === 'words').flatMap(({ ms }) => ms ?? []);
  const missing = done.filter(({ ms }) => ms === null).length;
  const p95 = percentile(answers, 95);
  say(`  answers p95 ${round(p95)} ms (goal 300), ${missing} got nothing (goal 0)`);
  return missing === 0 && p95 <= Number(values.until ?? Number.POSITIVE_INFINITY);
}

interface Look {
  readonly at: { readonly now: number; since(other: { readonly now: number }): number };
  readonly processes: ReadonlyMap<string, { readonly cpu: number; readonly bytes: number }>;
  readonly tables: ReadonlyMap<string, number>;
  readonly redis: number;
}

async function look(system: System): Promise<Look> {
  const now = performance.now() / 1_000;
  const servers = [
    ['postgres', system.postgres.pid],
    ['redis', system.redis.pid],
  ] as const;
  const apps = system.stack.apps.map(({ name, pid }) => [name, pid] as const);
  const rows = await system.sql(
    `select relname as name, pg_total_relation_size(oid) as bytes from pg_class
     where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  );
  const redis = new Redis(system.redis.url);
  try {
    const used = /^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1];
    return {
      at: { now, since: (other) => now - other.now },
      processes: new Map([...apps, ...servers].map(([name, pid]) => [name, usageOf(pid)])),
      tables: new Map(rows.map(({ name, bytes }) => [String(name), Number(bytes)])),
      redis: Number(used),
    };
  } finally {
    redis.disconnect();
  }
}

/** Seconds of CPU so far with those of its children that have ended, and proportional memory; a clock tick is 10 ms. */
function usageOf(pid: number): { cpu: number; bytes: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0);
  const pss = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return { cpu: ticks / 100, bytes: Number(pss) * 1_024 };
}
