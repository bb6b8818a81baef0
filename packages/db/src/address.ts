import type { DatabaseConfig } from '@aisha/config';
import type pg from 'pg';

/** Where PostgreSQL is and how the way there is encrypted, as the driver wants it. */
export type DatabaseAddress = Pick<DatabaseConfig, 'url' | 'tls'>;

export function address({ url, tls }: DatabaseAddress): Pick<pg.ClientConfig, 'connectionString' | 'ssl'> {
  if (!tls) return { connectionString: url };
  const { verify, ...files } = tls;
  return {
    connectionString: url,
    ssl: {
      ...files,
      rejectUnauthorized: verify !== 'none',
      // The authority vouches for it; that it goes by another name is what `verify-ca` allows.
      ...(verify === 'ca' ? { checkServerIdentity: () => undefined } : {}),
    },
  };
}
