import { BlockList, isIP } from 'node:net';
import { lookup } from 'node:dns/promises';
import { badRequest } from './errors.ts';

const PORTS = new Set([80, 88, 443, 8443]);

const reserved = new BlockList();
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  reserved.addSubnet(address, prefix);
}

const bad = (reason: string) => badRequest(`bad webhook: ${reason}`);

/**
 * Checks where a webhook is to be delivered.
 * @param isLocal any scheme, port and address goes, as on a server run with `--local`
 */
export async function checkTarget(
  url: string,
  ipAddress: string | undefined,
  isLocal: boolean,
): Promise<void> {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`;
  if (!URL.canParse(address)) throw badRequest('invalid webhook URL specified');
  const { protocol, port, hostname } = new URL(address);
  if (protocol !== 'http:' && protocol !== 'https:') throw badRequest('invalid webhook URL specified');
  if (ipAddress !== undefined && isIP(ipAddress) === 0) throw bad('Invalid IP address specified');
  if (isLocal) return;
  if (protocol !== 'https:') throw bad('An HTTPS URL must be provided for webhook');
  if (!PORTS.has(port === '' ? 443 : Number(port))) {
    throw bad('Webhook can be set up only on ports 80, 88, 443 or 8443');
  }
  const target = ipAddress ?? (await resolve(hostname));
  if (isIP(target) === 6) throw bad('IPv6-only addresses are not allowed');
  if (reserved.check(target)) throw bad(`IP address ${target} is reserved`);
}

async function resolve(hostname: string): Promise<string> {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return bare;
  try {
    return (await lookup(bare, { family: 4 })).address;
  } catch {
    throw bad('Failed to resolve host: Name or service not known');
  }
}
