import { readFileSync } from 'node:fs';

/** How the connection to Redis is encrypted (`rediss://`) and whom it trusts. */
export interface RedisTls {
  /** False: encrypted, whoever answers (redis-py's `ssl_cert_reqs=none`). */
  readonly verify: boolean;
  /** An authority of its own, as PEM; otherwise those that Node trusts. */
  readonly ca?: string;
}

/** redis-py's words and Python's names for them, which Celery writes. */
const REQUIREMENTS: Readonly<Record<string, boolean>> = {
  none: false,
  cert_none: false,
  optional: true,
  cert_optional: true,
  required: true,
  cert_required: true,
};

export type ReadRedisUrl =
  | { readonly kind: 'ok'; readonly url: string; readonly tls: RedisTls | null }
  | { readonly kind: 'wrong'; readonly problem: string };

/**
 * Takes the parameters out of an address as redis-py and Celery write them (the older system's): the driver would take each for an
 * option of its own. The database may stand there too.
 */
export function readRedisUrl(address: string): ReadRedisUrl {
  const url = new URL(address);
  const given = (name: string) => url.searchParams.get(name) ?? undefined;
  const asked = given('ssl_cert_reqs')?.toLowerCase() ?? 'required';
  const verify = REQUIREMENTS[asked];
  if (verify === undefined)
    return { kind: 'wrong', problem: 'has an unknown ssl_cert_reqs: say required or none' };
  const path = given('ssl_ca_certs');
  let ca: string | undefined;
  try {
    ca = path === undefined ? undefined : readFileSync(path, 'utf8');
  } catch {
    return { kind: 'wrong', problem: 'names a file in ssl_ca_certs that cannot be read' };
  }
  const db = given('db');
  if (db !== undefined) url.pathname = `/${db}`;
  url.search = '';
  const tls = url.protocol === 'rediss:' ? { verify, ...(ca !== undefined && { ca }) } : null;
  return { kind: 'ok', url: url.href, tls };
}
