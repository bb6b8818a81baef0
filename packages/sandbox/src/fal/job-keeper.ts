import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Job } from './jobs.ts';

export interface JobKeeper {
  /** Jobs of the process before: unfinished ones start anew, as after a platform retry at FAL. */
  restored: Job[];
  keep: (job: Job) => void;
  flush(): Promise<void>;
}

/** Results are gone after an hour; a day leaves something to look at. */
const FORGOTTEN_AFTER_MS = 24 * 3600 * 1000;

/** Writes every job down, if there is a folder that outlives the process; FAL's queue would not forget either. */
export async function createJobKeeper(
  dataDir: string | null,
  report: (error: unknown) => void,
): Promise<JobKeeper> {
  if (dataDir === null) return { restored: [], keep: () => null, flush: () => Promise.resolve() };
  const folder = path.join(dataDir, 'jobs');
  await mkdir(folder, { recursive: true });
  const pending = new Map<string, Promise<void>>();
  const saveAfter = async (before: Promise<void>, job: Job): Promise<void> => {
    await before;
    const file = path.join(folder, `${job.requestId}.json`);
    try {
      await writeFile(`${file}.half`, JSON.stringify(job));
      await rename(`${file}.half`, file);
    } catch (error) {
      report(error);
    }
  };
  return {
    restored: await restore(folder, report),
    keep(job) {
      if (job.direct) return;
      const before = pending.get(job.requestId) ?? Promise.resolve();
      const next = saveAfter(before, job).finally(() => {
        if (pending.get(job.requestId) === next) pending.delete(job.requestId);
      });
      pending.set(job.requestId, next);
    },
    async flush() {
      await Promise.all(pending.values());
    },
  };
}

async function restore(folder: string, report: (error: unknown) => void): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.json')) continue;
    try {
      const job: Job = JSON.parse(await readFile(path.join(folder, name), 'utf8'));
      if (job.completedAt !== null && job.completedAt < Date.now() - FORGOTTEN_AFTER_MS) {
        await rm(path.join(folder, name));
        continue;
      }
      if (job.completedAt === null) Object.assign(job, { startedAt: null, logs: [], readyAt: Date.now() });
      jobs.push(job);
    } catch (error) {
      report(error);
    }
  }
  return jobs.toSorted((a, b) => a.createdAt - b.createdAt);
}
