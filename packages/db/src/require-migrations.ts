import { setTimeout as wait } from 'node:timers/promises';
import { exitCodes, type Lifecycle, type Logger, StartRefusal } from '@aisha/service';
import type { DatabaseAddress } from './address.ts';
import { migrationStatus } from './migrations.ts';

const AGAIN_MS = 500;

/**
 * Refuses to start on a database that lacks migrations of this version. One that is ahead is fine: migrations only add,
 * and a newer release may be under way. While PostgreSQL cannot be asked the process starts and is not ready, as
 * always; it is asked again until it answers, and if it is behind then, the process ends with the same line.
 */
export async function requireMigrations(
  config: DatabaseAddress,
  { lifecycle, log }: { readonly lifecycle: Lifecycle; readonly log: Logger },
): Promise<void> {
  const first = await lacking(config);
  if (first === null) void askAgain();
  else if (first.length > 0) throw new StartRefusal(lineOf(first));

  async function askAgain(): Promise<void> {
    const { stopping } = lifecycle;
    while (!stopping.aborted) {
      await wait(AGAIN_MS, undefined, { signal: stopping }).catch(() => undefined);
      const found = await lacking(config);
      if (found === null) continue;
      if (found.length === 0) return;
      log.error(lineOf(found));
      await lifecycle.stop('the database is behind', exitCodes.failed);
    }
  }
}

/** A database that lacks these migrations: what is wrong with it, and how it is mended. */
export function behind(migrations: readonly string[]): { readonly problem: string; readonly mend: string } {
  const what = migrations.length === 1 ? 'a migration' : `${migrations.length} migrations`;
  return {
    problem: `the database lacks ${what} of this version (${migrations.join(', ')})`,
    mend: 'run `pnpm db:migrate`; on a server deploy again with infra/scripts/deploy-via-registry.sh, which migrates first',
  };
}

function lineOf(migrations: readonly string[]): string {
  const { problem, mend } = behind(migrations);
  return `${problem}: ${mend}`;
}

/** Null when the database cannot be asked; the health check says why. */
async function lacking(config: DatabaseAddress): Promise<readonly string[] | null> {
  try {
    return (await migrationStatus(config)).pending;
  } catch {
    return null;
  }
}
