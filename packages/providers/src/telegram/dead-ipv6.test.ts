import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** A network whose IPv6 is announced (an address, a route, a name's AAAA) and swallows whatever is sent there. */
const NETWORK = `
set -e
ip link set lo up
ip link add out0 type veth peer name hole0; ip link set out0 up; ip link set hole0 up
ip addr add 10.1.1.2/24 dev out0
ip -6 addr add 2001:db8:1::2/64 dev out0 nodad
ip -6 neigh add 2001:db8:1::99 lladdr 02:00:00:00:00:99 dev out0
mount -t tmpfs none /mnt
printf '127.0.0.1 localhost\\n2001:db8:1::99 dual.test\\n10.1.1.2 dual.test\\n' >/mnt/hosts
mount --bind /mnt/hosts /etc/hosts
exec "$@"`;
const inside = (...command: string[]) =>
  spawnSync('unshare', ['-n', '-m', 'sh', '-c', NETWORK, 'sh', ...command], {
    encoding: 'utf8',
    timeout: 30_000,
  });

// Only where a network of one's own can be made.
test.runIf(inside('true').status === 0)(
  'a server whose IPv6 leads nowhere is reached by its IPv4',
  () => {
    const program = fileURLToPath(new URL('../testing/dual-stack.ts', import.meta.url));
    const { stdout, stderr } = inside(
      process.execPath,
      '--conditions=@aisha/source',
      program,
      'http://dual.test:8080',
    );
    expect(stdout, stderr).toBe('200 ok');
  },
  40_000,
);
