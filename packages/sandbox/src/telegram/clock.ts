/** Time as the stand-in sees it. Injected, so that a test lets a day pass in a millisecond. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `action` after `ms`; the returned function takes it back. */
  after(ms: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};

/** A clock that moves only when told to. */
export interface ManualClock extends Clock {
  /** Moves time on and runs what falls due, in order. */
  advance(ms: number): void;
}

/**
 * @param start milliseconds since 1970; the real time when absent
 */
export function createManualClock(start = Date.now()): ManualClock {
  let now = start;
  let timers: { at: number; action: () => void }[] = [];
  return {
    now: () => now,
    after(ms, action) {
      const timer = { at: now + ms, action };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = timers.filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers = timers.filter((timer) => timer !== due);
        now = Math.max(now, due.at);
        due.action();
      }
      now = end;
    },
  };
}

/** Whole seconds since 1970, Telegram's unit for dates. */
export const unixTime = (clock: Clock): number => Math.floor(clock.now() / 1000);
