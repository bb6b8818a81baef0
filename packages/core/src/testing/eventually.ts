import { vi } from 'vitest';

/** Looks again until nothing is thrown; patient, since the machine may be busy with other things. */
export function eventually<T>(look: () => T | Promise<T>, patienceMs = 15_000): Promise<T> {
  return vi.waitFor(look, { timeout: patienceMs, interval: 25 });
}
