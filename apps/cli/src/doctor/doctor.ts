import { parseArgs } from 'node:util';
import { loadEachPart } from '@aisha/config';
import { type ExitStatus, type Io, UsageError } from '../command.ts';
import { reasonOf } from '../reason.ts';
import { checkClocks } from './clocks.ts';
import { checkConfiguration } from './configuration.ts';
import { checkDatabase } from './database.ts';
import { checkFal } from './fal.ts';
import { type Check, failed, type Finding, type Parts } from './finding.ts';
import { checkKeys } from './keys.ts';
import { checkMedia } from './media.ts';
import { checkOpenAi } from './openai.ts';
import { checkRedis } from './redis.ts';
import { checkRetention } from './retention.ts';
import { asJson, asTable, isWell, type Report } from './report.ts';
import { checkRights } from './rights.ts';
import { checkStorage } from './storage.ts';
import { checkTelegram } from './telegram.ts';
import { checkWebhooks } from './webhooks.ts';

/** A part that does not answer at all must not keep the operator waiting. */
const LONGEST_MS = 45_000;

/** `aisha doctor`: tries every part that Aisha needs; 1 when one of them fails. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string', multiple: true }, json: { type: 'boolean' } },
  });
  const checks: Readonly<Record<string, Check>> = {
    configuration: () => checkConfiguration(io.env),
    keys: () => checkKeys(io.env),
    database: checkDatabase,
    redis: checkRedis,
    storage: checkStorage,
    rights: checkRights,
    telegram: checkTelegram,
    webhooks: checkWebhooks,
    fal: checkFal,
    openai: checkOpenAi,
    clocks: checkClocks,
    media: checkMedia,
    retention: checkRetention,
  };
  const only = values.only?.flatMap((names) => names.split(',')).filter(Boolean);
  const unknown = only?.filter((name) => checks[name] === undefined) ?? [];
  if (unknown.length > 0)
    throw new UsageError(`no part "${unknown.join(', ')}"; there are: ${Object.keys(checks).join(', ')}`);

  const parts = loadEachPart(io.env);
  const report: Report = await Promise.all(
    Object.entries(checks)
      .filter(([name]) => only === undefined || only.includes(name))
      .map(async ([name, check]) => ({ name, findings: await within(LONGEST_MS, name, check, parts) })),
  );
  io.out(values.json === true ? asJson(report) : asTable(report));
  return isWell(report) ? 0 : 1;
}

async function within(ms: number, name: string, check: Check, parts: Parts): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding[]>((resolve) => {
    timer = setTimeout(
      () =>
        resolve([
          failed(name, `no end after ${ms / 1_000} s`, 'look whether a firewall swallows its packets'),
        ]),
      ms,
    );
  });
  try {
    return await Promise.race([check(parts), late]);
  } catch (error) {
    return [failed(name, reasonOf(error), 'this check itself failed: report it, with this line')];
  } finally {
    clearTimeout(timer);
  }
}
