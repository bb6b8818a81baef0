import { NoopLogger } from 'drizzle-orm/logger';

/** Does something while each statement that the database is about to be sent is shown first. */
async function watched<T>(look: (statement?: string) => void, work: () => Promise<T>): Promise<T> {
  const usual = Object.getOwnPropertyDescriptor(NoopLogger.prototype, 'logQuery') ?? {};
  Object.defineProperty(NoopLogger.prototype, 'logQuery', { ...usual, value: look });
  try {
    return await work();
  } finally {
    Object.defineProperty(NoopLogger.prototype, 'logQuery', usual);
  }
}

/** Every statement that this sends, `begin` and `commit` among them. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const said: string[] = [];
  await watched((statement = '') => said.push(statement), work);
  return said;
}

/** Whoever runs this dies before the n-th statement that the database would be sent; whether they lived. */
export async function survives(n: number, work: () => Promise<unknown>): Promise<boolean> {
  let sent = 0;
  const look = () => {
    sent += 1;
    if (sent === n) throw new Error('death');
  };
  try {
    await watched(look, work);
    return true;
  } catch (error) {
    // Who is told of it may say so in other words.
    if (sent < n) throw error;
    return false;
  }
}
