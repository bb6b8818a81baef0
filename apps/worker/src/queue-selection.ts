import { isQueueName, type QueueName, queueNames } from '@aisha/queue';
import { StartRefusal } from '@aisha/service';

/** The queues that WORKER_QUEUES names; null: all. */
export function queueSelection(names: readonly string[] | null): readonly QueueName[] | null {
  if (names === null) return null;
  const unknown = names.filter((name) => !isQueueName(name));
  if (unknown.length > 0)
    throw new StartRefusal(
      `WORKER_QUEUES names unknown queues: ${unknown.join(', ')}; known: ${queueNames.join(', ')}`,
    );
  const named = names.filter(isQueueName);
  // A release before this one had pieces of recordings in `speech`, and settings of that time mean both.
  return named.includes('speech') ? [...new Set<QueueName>([...named, 'pieces'])] : named;
}
