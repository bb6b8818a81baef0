/** What an answer says of itself, without words of the server: they may repeat what it was sent. */
export function loggable(answer: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(answer).filter(([name]) => ['kind', 'code', 'status', 'why', 'afterMs'].includes(name)),
  );
}
