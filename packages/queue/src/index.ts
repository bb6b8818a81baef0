import type { RedisConnection } from './connection.ts';
import { jobs, queues, type JobPayloads, type QueueName } from './catalog.ts';
import { createProducerFor, type Producer, type ProducerOptions } from './producer.ts';
import type { Handlers } from './run-job.ts';
import { startWorkersFor, type Workers, type WorkersOptions } from './workers.ts';

export {
  connectConsumer,
  connectProducer,
  KEY_PREFIX,
  openRedis,
  pingRedis,
  type RedisConnection,
} from './connection.ts';
export { jobs, queues, type JobName, type JobPayload, type JobPayloads, type QueueName } from './catalog.ts';
export {
  startDepthCollector,
  type DepthCollector,
  type DepthCollectorOptions,
  type QueueDepth,
} from './depth.ts';
export { watchConsumption, type ConsumptionOptions } from './consumption.ts';
export type { EnqueueOptions, EnqueueOutcome } from './producer.ts';
export { nothingToEnd, type JobContext } from './run-job.ts';

export type JobHandlers = Handlers<JobPayloads>;
export type JobProducer = Producer<JobPayloads>;
export type JobWorkers = Workers<QueueName>;

/** Enqueues the catalogue's jobs over a connection of `connectProducer`. */
export function createProducer(connection: RedisConnection, options: ProducerOptions): JobProducer {
  return createProducerFor(jobs, connection, options);
}

/** Takes up the catalogue's jobs. */
export function startWorkers(options: WorkersOptions<JobPayloads, QueueName>): JobWorkers {
  return startWorkersFor(queues, jobs, options);
}

/** Every queue there is. */
export const queueNames: readonly QueueName[] = [
  'updates',
  'fal',
  'photos',
  'speech',
  'pieces',
  'text',
  'exports',
  'outbox',
  'bulk',
];

/** Narrows a name from the configuration (`WORKER_QUEUES`). */
export function isQueueName(name: string): name is QueueName {
  return Object.hasOwn(queues, name);
}
