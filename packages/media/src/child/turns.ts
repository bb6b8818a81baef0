import { LANES, type Lane, OVERTAKEN_MS } from '../limits.ts';
import { reasonOf } from './guarded.ts';

/** Who may work now: so many at once, one file of each person, so much memory together, people in turn. */
export interface Turns {
  /** Resolves with the function that ends the turn. Rejects when the signal aborts first. */
  take(wanted: Turn): Promise<() => void>;
}

export interface Turn {
  readonly lane: Lane;
  readonly memoryBytes: number;
  /** Whose file it is: nobody waits behind another's forty. */
  readonly owner: string;
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly memoryBytes: number;
  readonly since: number;
  begin(): void;
}

export function createTurns(lanes = LANES): Turns {
  const of = {
    quick: createLane(lanes.quick),
    long: createLane(lanes.long),
    heads: createLane(lanes.heads),
  } satisfies Record<Lane, unknown>;
  return { take: (wanted) => of[wanted.lane](wanted) };
}

function createLane(room: { readonly children: number; readonly memoryBytes: number }) {
  // Owners in the order of their turns; each one's own files in the order in which they came.
  const queues = new Map<string, Waiting[]>();
  /** Owners whose file is open. */
  const busy = new Set<string>();
  let used = 0;

  function next(): void {
    for (const [owner, queue] of queues) {
      // However many files somebody sends, and however long each takes, another child is left to everybody else.
      if (busy.has(owner)) continue;
      const [head] = queue;
      if (!head) {
        queues.delete(owner);
        continue;
      }
      if (busy.size >= room.children) return;
      if (busy.size > 0 && used + head.memoryBytes > room.memoryBytes) {
        // A heavy file is passed by lighter ones, but not for ever: then it waits at the head until there is room.
        if (performance.now() - head.since > OVERTAKEN_MS) return;
        continue;
      }
      queue.shift();
      // To the end of the round.
      queues.delete(owner);
      if (queue.length > 0) queues.set(owner, queue);
      busy.add(owner);
      used += head.memoryBytes;
      head.begin();
    }
  }

  return ({ memoryBytes, owner, signal }: Turn) =>
    new Promise<() => void>((resolve, reject) => {
      if (signal.aborted) return reject(reasonOf(signal));
      const queue = queues.get(owner) ?? [];
      queues.set(owner, queue);
      const give = () => {
        const at = queue.indexOf(waiting);
        if (at < 0) return;
        queue.splice(at, 1);
        reject(reasonOf(signal));
        next();
      };
      const waiting: Waiting = {
        memoryBytes,
        since: performance.now(),
        begin() {
          signal.removeEventListener('abort', give);
          let over = false;
          resolve(() => {
            if (over) return;
            over = true;
            busy.delete(owner);
            used -= memoryBytes;
            next();
          });
        },
      };
      signal.addEventListener('abort', give, { once: true });
      queue.push(waiting);
      next();
    });
}
