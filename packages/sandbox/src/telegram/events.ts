import type { Clock } from './clock.ts';

/** What the stand-in tells its watchers: the chat page, and tests that wait. */
export interface SandboxEvent {
  seq: number;
  kind: 'message' | 'happening' | 'user' | 'chat' | 'commands';
  chatKey?: string | undefined;
  messageId?: number | undefined;
  userId?: number | undefined;
}

type Listener = (event: SandboxEvent) => void;

/** One counter and one bus for everything that changes. */
export class Events {
  #seq = 0;
  readonly #listeners = new Set<Listener>();

  get seq(): number {
    return this.#seq;
  }

  /** Goes on after a restart where it was. */
  resume(seq: number): void {
    this.#seq = Math.max(this.#seq, seq);
  }

  next(): number {
    this.#seq += 1;
    return this.#seq;
  }

  emit(event: SandboxEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves true as soon as `isTrue` holds, false when the time is over. Looks after every event. */
  until(isTrue: () => boolean, clock: Clock, timeoutMs: number): Promise<boolean> {
    if (isTrue()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = (value: boolean): void => {
        cancel();
        stop();
        resolve(value);
      };
      const stop = this.listen(() => {
        if (isTrue()) finish(true);
      });
      const cancel = clock.after(timeoutMs, () => finish(false));
    });
  }
}
