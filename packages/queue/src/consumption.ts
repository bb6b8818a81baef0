import { createProgressWatch, type ProgressWatch } from '@aisha/service';
import type { DepthCollector } from './depth.ts';
import type { QueueDefinition } from './definition.ts';
import type { Workers } from './workers.ts';

export interface ConsumptionOptions<Q extends string> {
  readonly workers: Pick<Workers<Q>, 'queues' | 'active' | 'started'>;
  readonly depth: Pick<DepthCollector, 'latest'>;
  readonly queues: Readonly<Record<Q, QueueDefinition>>;
  /** Jobs wait, there is room, Redis answers, and none was taken for this long: the consumer is deaf. */
  readonly maxSilenceMs: number;
}

/** A watch for each queue served; give them to the lifecycle, which ends the process of a deaf consumer. */
export function watchConsumption<Q extends string>(options: ConsumptionOptions<Q>): ProgressWatch[] {
  const { workers, depth, queues } = options;
  return workers.queues.map((queue) =>
    createProgressWatch({
      name: `queue ${queue}`,
      maxSilenceMs: options.maxSilenceMs,
      isBusy: () =>
        (depth.latest(queue)?.waiting ?? 0) > 0 && workers.active(queue) < queues[queue].concurrency,
      count: () => workers.started(queue),
    }),
  );
}
