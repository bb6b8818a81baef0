/** Which of one process's places in a queue each person has. */
export interface Shares {
  /** 0: the place is theirs until `release`. Otherwise the milliseconds after which it is worth asking again. */
  take(by: number): number;
  release(by: number): void;
}

/** Jobs of one person that found no place come back one after the other, this far apart: a thousand at once would be all that is done. */
const APART_MS = 250;

export function createShares(mostOfOne: number): Shares {
  const held = new Map<number, number>();
  /** When the last of somebody's postponed jobs comes back. */
  const last = new Map<number, number>();
  return {
    take(by) {
      const mine = held.get(by) ?? 0;
      if (mine < mostOfOne) {
        held.set(by, mine + 1);
        return 0;
      }
      const now = Date.now();
      const at = Math.max(now, last.get(by) ?? 0) + APART_MS;
      last.set(by, at);
      return at - now;
    },
    release(by) {
      const mine = (held.get(by) ?? 0) - 1;
      if (mine > 0) return void held.set(by, mine);
      held.delete(by);
      last.delete(by);
    },
  };
}
