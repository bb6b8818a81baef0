import { readFileSync } from 'node:fs';

/** How the connection to PostgreSQL is encrypted and whom it trusts; certificates and keys are PEM. */
export interface DatabaseTls {
  /**
   * `none`: encrypted, whoever answers (libpq's and asyncpg's `require`). `ca`: a certificate of the given or a public
   * authority. `full`: and the host's own.
   */
  readonly verify: 'none' | 'ca' | 'full';
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** libpq's sslmode and asyncpg's ssl by the same words; SQLAlchemy also writes true and false. */
const MODES: Readonly<Record<string, DatabaseTls['verify'] | 'off'>> = {
  disable: 'off',
  false: 'off',
  off: 'off',
  require: 'none',
  true: 'none',
  'no-verify': 'none',
  'verify-ca': 'ca',
  'verify-full': 'full',
};

export type ReadDatabaseUrl =
  | { readonly kind: 'ok'; readonly url: string; readonly tls: DatabaseTls | null }
  | { readonly kind: 'wrong'; readonly problem: string };

/**
 * Takes the TLS parameters out of a connection address as libpq, SQLAlchemy, asyncpg and managed databases write them:
 * the driver would take `ssl=require` for an object and `sslmode=require` for the strictest check. Of the other
 * parameters only `host` (a socket's folder) is ours to pass on. `ca`: an authority given apart, as PEM.
 */
export function readDatabaseUrl(address: string, ca: string | undefined): ReadDatabaseUrl {
  const url = new URL(address);
  const given = (name: string) => url.searchParams.get(name) ?? undefined;
  const asked = (given('sslmode') ?? given('ssl'))?.toLowerCase();
  const mode = asked === undefined ? undefined : MODES[asked];
  if (asked !== undefined && mode === undefined)
    return {
      kind: 'wrong',
      problem: `asks for ${/^[\w-]{1,20}$/.test(asked) ? `"${asked}"` : 'an unknown kind of'} encryption: say disable, require, verify-ca or verify-full`,
    };
  const files: Partial<Record<'ca' | 'cert' | 'key', string>> = ca === undefined ? {} : { ca };
  for (const [name, parameter] of [
    ['ca', 'sslrootcert'],
    ['cert', 'sslcert'],
    ['key', 'sslkey'],
  ] as const) {
    const path = given(parameter);
    // The authorities that Node itself trusts.
    if (path === undefined || path === 'system') continue;
    try {
      files[name] = readFileSync(path, 'utf8');
    } catch {
      return { kind: 'wrong', problem: `names a file in ${parameter} that cannot be read` };
    }
  }
  const host = given('host');
  url.search = host === undefined ? '' : `?${new URLSearchParams({ host }).toString()}`;
  // As libpq: an authority at hand is used, whatever little was asked for.
  const verify = mode ?? (files.ca === undefined ? 'off' : 'full');
  if (verify === 'off') return { kind: 'ok', url: url.href, tls: null };
  return {
    kind: 'ok',
    url: url.href,
    tls: { verify: verify === 'none' && files.ca !== undefined ? 'ca' : verify, ...files },
  };
}
