import { createDispatcher, type Dispatcher, type InboxParts } from '@aisha/core';
import { classifyError } from '@aisha/service';

export interface LaneRunnerOptions {
  readonly parts: InboxParts;
  readonly botId: number;
  /** Aborts when this process may no longer act as the poller. */
  readonly signal: AbortSignal;
  /** False as soon as the lease cannot be trusted: no call is begun after that. */
  readonly mayAct: () => boolean;
  /** Lanes that are worked on at once; each holds a database connection only while it decides. */
  readonly concurrency: number;
}

/** How soon a lane that another process is sending for is looked at again. */
const BUSY_MS = 150;
/** After a failure that will pass, such as a database that restarts. */
const TROUBLE_MS = 500;

/** Runs each lane by itself: order within a lane, no waiting between lanes. */
export class LaneRunner {
  readonly #options: LaneRunnerOptions;
  readonly #dispatcher: Dispatcher;
  /** Lanes being run; true when something arrived for it meanwhile. */
  readonly #running = new Map<string, boolean>();
  readonly #waiting: string[] = [];
  readonly #delayed = new Map<string, NodeJS.Timeout>();
  #settled: (() => void)[] = [];
  /** Lanes that came to an end: the sign of life. */
  finished = 0;

  constructor(options: LaneRunnerOptions) {
    this.#options = options;
    this.#dispatcher = createDispatcher(options.parts, ({ lane }) => this.kick([lane]));
    options.signal.addEventListener('abort', () => this.#clear(), { once: true });
  }

  get busy(): boolean {
    return this.#running.size > 0 || this.#waiting.length > 0;
  }

  /** Something arrived for these lanes. */
  kick(lanes: Iterable<string>): void {
    for (const lane of lanes) {
      clearTimeout(this.#delayed.get(lane));
      this.#delayed.delete(lane);
      if (this.#running.has(lane)) this.#running.set(lane, true);
      else if (!this.#waiting.includes(lane)) this.#waiting.push(lane);
    }
    this.#fill();
  }

  /** Resolves when nothing runs any more. */
  idle(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  #fill(): void {
    while (this.#running.size < this.#options.concurrency && !this.#options.signal.aborted) {
      const lane = this.#waiting.shift();
      if (lane === undefined) return;
      this.#running.set(lane, false);
      void this.#run(lane);
    }
  }

  async #run(lane: string): Promise<void> {
    const { parts, botId, signal, mayAct } = this.#options;
    let pause: number | null = null;
    try {
      const outcome = await this.#dispatcher.run({ botId, lane }, { signal, mayAct });
      if (outcome.kind === 'busy') pause = BUSY_MS;
      // What it waits for may have come to pass meanwhile.
      if (outcome.kind === 'held' && this.#running.get(lane) !== true) pause = outcome.ms;
      if (outcome.kind === 'wait') pause = outcome.ms;
    } catch (error) {
      const passing = classifyError(error) === 'transient' || signal.aborted;
      parts.log[passing ? 'warn' : 'error']('a lane stopped', { lane, error });
      pause = TROUBLE_MS;
    }
    this.finished += 1;
    const again = this.#running.get(lane) === true;
    this.#running.delete(lane);
    if (pause !== null) this.#later(lane, pause);
    else if (again) this.kick([lane]);
    if (this.#running.size === 0) {
      for (const settle of this.#settled) settle();
      this.#settled = [];
    }
    this.#fill();
  }

  #later(lane: string, ms: number): void {
    if (this.#options.signal.aborted) return;
    clearTimeout(this.#delayed.get(lane));
    this.#delayed.set(
      lane,
      setTimeout(() => this.kick([lane]), ms),
    );
  }

  #clear(): void {
    for (const timer of this.#delayed.values()) clearTimeout(timer);
    this.#delayed.clear();
    this.#waiting.length = 0;
  }
}
