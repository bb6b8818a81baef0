import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit, breachesOf } from './audit.ts';
import { HANDOVER_MOST_MS, type Handover, measureHandover } from './handover.ts';
import { mendEverything } from './faults.ts';
import { emptyLedger } from './load.ts';
import { runChaos } from './run.ts';
import { FAL_SCENARIOS, KEY_ROTATION } from './scenarios/fal.ts';
import { PATIENT_SCENARIOS, TEXT_SCENARIOS, VOICE_SCENARIOS } from './scenarios/openai.ts';
import { DOOR_SCENARIOS, WORKER_SCENARIOS } from './scenarios/processes.ts';
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
const BESIDE: readonly Scenario[] = [
  ...PATIENT_SCENARIOS,
  ...FAL_SCENARIOS,
  ...TEXT_SCENARIOS,
  ...VOICE_SCENARIOS,
  ...SEND_SCENARIOS,
];

beforeAll(async () => {
  system = await startSystem({ name: 'short' });
  firstUpdateId = (await system.telegram.state({})).bots[0]?.nextUpdateId ?? 0;
  const stage = { system, ledger };
  side = new Map(BESIDE.map((scenario) => [scenario.name, scenario.play(stage)]));
  let before: Promise<unknown> = Promise.resolve();
  for (const scenario of POLL_SCENARIOS) {
    const playing = before.then(() => scenario.play(stage));
    side.set(scenario.name, playing);
    before = playing.catch(() => undefined);
  }
  // Each is waited for by its own test.
  for (const playing of side.values()) playing.catch(() => undefined);
}, 120_000);

afterAll(() => system.stop());

const patient = new Set(PATIENT_SCENARIOS.map(({ name }) => name));

describe('a fault of a provider', () => {
  test.each([...POLL_SCENARIOS, ...BESIDE].filter(({ name }) => !patient.has(name)))(
    '$name',
    async ({ name }) => {
      await expect(side.get(name)).resolves.toBeUndefined();
    },
  );
});

const alone = (scenarios: readonly Scenario[]) => {
  test.each(scenarios)('$name', async (scenario) => {
    await expect(scenario.play({ system, ledger })).resolves.toBeUndefined();
  });
};

// While the patient ones wait in the workers, nothing happens to those.
describe('one at a time, to what stands at the door', () => {
  alone([KEY_ROTATION, ...DOOR_SCENARIOS]);
});

describe('hand-over of the active bot', () => {
  test.each(['SIGTERM', 'SIGKILL', 'SIGSTOP'] as const)('%s', async (ending) => {
    const measured = await measureHandover(system, ending);
    handovers.push(measured);
    expect(measured.unanswered).toBe(0);
    expect(measured.nextAnswerMs).toBeLessThanOrEqual(HANDOVER_MOST_MS[ending]);
  });
});

describe('a fault of a provider that takes its time', () => {
  test.each(PATIENT_SCENARIOS)('$name', async ({ name }) => {
    await expect(side.get(name)).resolves.toBeUndefined();
  });
});

describe('one at a time', () => {
  alone([...WORKER_SCENARIOS, ...storeScenarios(figures, S3_AWAY_MS)]);
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
