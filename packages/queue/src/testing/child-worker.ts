import { silentLogger } from '@aisha/service';
import { nothingToEnd } from '../run-job.ts';
import { startWorkersFor } from '../workers.ts';
import { createMetrics } from '@aisha/service';
import { testJobs, testQueues } from './bench-catalog.ts';

/** A worker process to be killed: says on standard output when it holds a job, and never ends one. */
const url = process.argv[2];
if (url === undefined) throw new Error('usage: child-worker <redis url>');

const hold = {
  handle: async (payload: { readonly id: string }) => {
    process.stdout.write(`holding ${payload.id}\n`);
    await new Promise(() => undefined);
  },
  giveUp: nothingToEnd,
};

startWorkersFor(testQueues, testJobs, {
  redis: { url },
  log: silentLogger,
  metrics: createMetrics({ app: 'worker', instanceId: 'child' }),
  handlers: { once: hold, again: hold, elsewhere: hold },
});
