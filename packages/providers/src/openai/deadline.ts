import { untilAborted, withDeadline } from '@aisha/service';

/**
 * Our own deadline around a call of the library, its repeats, pauses and the reading of the body included: it
 * has one for each attempt only.
 */
export async function withinDeadline<T>(
  signal: AbortSignal | null | undefined,
  milliseconds: number,
  call: (options: { signal: AbortSignal; timeout: number }) => Promise<T>,
): Promise<T> {
  const either = withDeadline(signal, milliseconds);
  return await untilAborted(call({ signal: either, timeout: milliseconds }), either);
}
