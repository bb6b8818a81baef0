import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../waiting.ts';
import { audit, breachesOf } from './audit.ts';
import { HANDOVER_GOAL_MS, type Handover, measureHandover } from './handover.ts';
import { mendEverything } from './faults.ts';
import { emptyLedger } from './load.ts';
import { runChaos } from './run.ts';
import { FAL_SCENARIOS, KEY_ROTATION } from './scenarios/fal.ts';
import { SILENT_SERVER, TEXT_SCENARIOS, VOICE_SCENARIOS } from './scenarios/openai.ts';
import { PROCESS_SCENARIOS } from './scenarios/processes.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { type Figures, storeScenarios } from './scenarios/stores.ts';
import { POLL_SCENARIOS, SEND_SCENARIOS } from './scenarios/telegram.ts';
import { dustSettles } from './settle.ts';
import { startSystem, type System } from './system.ts';
import { TAMPERINGS } from './tampering.ts';
import { findingsTable, handoverTable, reportText } from './table.ts';

const SEED = 20_261_121;
const RANDOM_SECONDS = 25;
/** The long form (`pnpm chaos`) keeps it away for the 20 s of the promise. */
const S3_AWAY_MS = 5_000;

const ledger = emptyLedger();
const figures: Figures = new Map();
const handovers: Handover[] = [];
let system: System;
let firstUpdateId = 0;
let side: Map<string, Promise<void>>;

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Side by side: each strikes only what is its own. */
const BESIDE: readonly Scenario[] = [...FAL_SCENARIOS, ...TEXT_SCENARIOS, ...SEND_SCENARIOS, SILENT_SERVER];
/** Each row one after the other, beside all the rest: they strike whatever comes next. */
const ROWS: readonly (readonly Scenario[])[] = [VOICE_SCENARIOS, POLL_SCENARIOS];

beforeAll(async () => {
  system = await startSystem({ name: 'short' });
  firstUpdateId = (await system.telegram.state({})).bots[0]?.nextUpdateId ?? 0;
  const stage = { system, ledger };
  side = new Map(BESIDE.map((scenario) => [scenario.name, scenario.play(stage)]));
  let struck: Promise<unknown> = eventually('the silent server struck', async () =>
    (await system.openai.faults()).every(({ fault }) => fault.kind !== 'hang'),
  );
  for (const row of ROWS) {
    for (const scenario of row) {
      const playing = struck.then(() => scenario.play(stage));
      side.set(scenario.name, playing);
      struck = playing.catch(() => undefined);
    }
    struck = Promise.resolve();
  }
  // Each is waited for by its own test.
  for (const playing of side.values()) playing.catch(() => undefined);
}, 120_000);

afterAll(() => system.stop());

describe('a fault of a provider', () => {
  test.each([...ROWS.flat(), ...BESIDE])('$name', async ({ name }) => {
    await expect(side.get(name)).resolves.toBeUndefined();
  });
});

describe('one at a time', () => {
  test.each([KEY_ROTATION, ...PROCESS_SCENARIOS, ...storeScenarios(figures, S3_AWAY_MS)])(
    '$name',
    async (scenario) => {
      await expect(scenario.play({ system, ledger })).resolves.toBeUndefined();
    },
  );
});

describe('hand-over of the active bot', () => {
  test.each(['SIGTERM', 'SIGKILL', 'SIGSTOP'] as const)('%s', async (ending) => {
    const measured = await measureHandover(system, ending);
    handovers.push(measured);
    expect(measured.unanswered).toBe(0);
    expect(measured.nextAnswerMs).toBeLessThanOrEqual(HANDOVER_GOAL_MS[ending]);
  });
});

test('after all these faults the books agree', async () => {
  await mendEverything(system);
  await dustSettles(system, { hurry: true, timeoutMs: 100_000 });
  const findings = await audit({ system, ledger, firstUpdateId });
  say(`\n${findingsTable(findings)}\n\n${handoverTable(handovers)}\n`);
  for (const [name, value] of figures) say(`${name}: ${value}`);
  expect(breachesOf(findings)).toEqual([]);
});

test.each(TAMPERINGS)('the audit notices: $breach', async ({ promise, breach, make }) => {
  const mend = await make(system);
  try {
    const findings = await audit({ system, ledger, firstUpdateId });
    const found = findings.filter((one) => promise.test(one.promise)).flatMap((one) => one.breaches);
    expect(found.join('\n')).toMatch(breach);
  } finally {
    await mend();
  }
});

test(`faults at random for ${RANDOM_SECONDS} s, seed ${SEED}`, async () => {
  const report = await runChaos(system, {
    seed: SEED,
    seconds: RANDOM_SECONDS,
    hurry: true,
    awayMs: S3_AWAY_MS,
    say,
  });
  say(`\n${reportText(report)}`);
  expect(breachesOf(report.findings)).toEqual([]);
}, 240_000);
