import { setTimeout as wait } from 'node:timers/promises';
import { audit } from './audit.ts';
import type { Finding } from './finding.ts';
import { type Fault, faultCatalogue, mendEverything } from './faults.ts';
import { startCrowd } from './load.ts';
import { createRandom, type Random } from './random.ts';
import { dustSettles } from './settle.ts';
import type { System } from './system.ts';

export interface RunOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Takes minutes off unclear submits in the database instead of waiting for them; see settle.ts. */
  readonly hurry: boolean;
  /** How long S3 stays away. */
  readonly awayMs: number;
  readonly say: (line: string) => void;
}

export interface RunReport {
  readonly seed: number;
  readonly findings: readonly Finding[];
  /** What was done to the system, in its order. */
  readonly struck: readonly string[];
  readonly settleMs: number;
  readonly hurried: number;
  readonly impatient: number;
}

/** One run: load and faults side by side, then the dust settles and the books are compared. */
export async function runChaos(system: System, options: RunOptions): Promise<RunReport> {
  const random = createRandom(options.seed);
  const firstUpdateId = (await system.telegram.state({})).bots[0]?.nextUpdateId ?? 0;
  const over = new AbortController();
  const crowd = await startCrowd(
    system,
    random.fork('crowd'),
    { chatters: 3, talkers: 2, painters: 3, trainers: 1, buyers: 1 },
    over.signal,
  );
  // A crowd that breaks ends the run at once, with its error.
  crowd.done.catch(() => over.abort());
  const struck: string[] = [];
  const note = (name: string) => {
    struck.push(name);
    options.say(`  ${new Date().toISOString().slice(14, 23)} ${name}`);
  };
  const catalogue = faultCatalogue(system, { awayMs: options.awayMs });
  const deadline = performance.now() + options.seconds * 1_000;
  const left = () => deadline - performance.now();
  await Promise.all([
    inTurn(system, catalogue.exclusive, random.fork('exclusive'), left, over.signal, note),
    atRandom(system, catalogue.beside, random.fork('beside'), left, over.signal, note),
  ]);
  over.abort();
  await mendEverything(system);
  await crowd.done;
  options.say('  the load is over; waiting for the dust to settle');
  await system.allReady();
  const settled = await dustSettles(system, {
    hurry: options.hurry,
    say: options.say,
    // An unclear training is given up after 30 minutes by design.
    timeoutMs: options.hurry ? 240_000 : 35 * 60_000,
  });
  const findings = await audit({
    system,
    ledger: crowd.ledger,
    firstUpdateId,
  });
  return {
    seed: options.seed,
    findings,
    struck,
    settleMs: settled.ms,
    hurried: settled.hurried,
    impatient: crowd.ledger.impatient,
  };
}

/** Every one of them before any comes again, one at a time, with a breath between. */
async function inTurn(
  system: System,
  faults: readonly Fault[],
  random: Random,
  left: () => number,
  signal: AbortSignal,
  note: (name: string) => void,
): Promise<void> {
  let bag: Fault[] = [];
  while (left() > 0 && !signal.aborted) {
    await pause(random.whole(1_000, 5_000), left, signal);
    if (left() <= 0 || signal.aborted) return;
    if (bag.length === 0) bag = [...faults];
    const fault = random.pick(bag);
    bag = bag.filter((one) => one !== fault);
    note(fault.name);
    await fault.strike(system, random);
  }
}

async function atRandom(
  system: System,
  faults: readonly Fault[],
  random: Random,
  left: () => number,
  signal: AbortSignal,
  note: (name: string) => void,
): Promise<void> {
  const striking = new Set<Promise<void>>();
  while (left() > 0 && !signal.aborted) {
    await pause(random.whole(500, 3_000), left, signal);
    if (left() <= 0 || signal.aborted) break;
    const fault = random.pick(faults);
    note(fault.name);
    const strike: Promise<void> = fault.strike(system, random).finally(() => striking.delete(strike));
    striking.add(strike);
  }
  await Promise.all(striking);
}

const pause = (ms: number, left: () => number, signal: AbortSignal) =>
  wait(Math.max(0, Math.min(ms, left())), undefined, { signal }).catch(() => undefined);
