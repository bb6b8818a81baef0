import { loadParts } from '@aisha/config';
import { hashOf, orderKinds, transact, type Unit } from '@aisha/core';
import type { Db } from '@aisha/db';
import { silentLogger } from '@aisha/service';
import type { Io } from '../command.ts';
import { withDatabase } from '../database.ts';

export interface Till {
  readonly db: Db;
  /** In one transaction, as the processes do it. Jobs are left to the workers' sweeper, which comes within seconds. */
  readonly transact: <T>(work: (unit: Unit) => Promise<T>) => Promise<T>;
}

/** What commands about money need: the database and the prices, not the queue. */
export function withTill<T>(what: string, io: Io, work: (till: Till) => Promise<T>): Promise<T> {
  const config = loadParts(what, ['database', 'telegram', 'limits', 'prices', 'payments', 'erasure'], io.env);
  return withDatabase(config.database, 'aisha-money', (db) =>
    work({
      db,
      transact: (inside) =>
        transact(
          {
            db,
            producer: {
              enqueue: async () => 'added',
              forget: async () => ({ removed: 0, running: 0 }),
              close: async () => undefined,
            },
            log: silentLogger,
            orderKinds,
            limits: config.limits,
            prices: config.prices,
            sales: config.payments,
            operators: config.telegram.adminIds,
            erasedAs: (userId) => hashOf(config.erasure.key, userId),
          },
          inside,
        ),
    }),
  );
}

/** For programs one line of JSON, for people a sentence or a table. */
export function say(io: Io, json: boolean | undefined, data: unknown, text: string): void {
  io.out(json ? `${JSON.stringify(data)}\n` : text);
}
