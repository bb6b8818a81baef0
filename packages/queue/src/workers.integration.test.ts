import { describeQueue } from './testing/queue-suite.ts';
import { startStand } from './testing/stand.ts';

describeQueue('a single Redis', () => startStand());
// With the client of a cluster; a script that touches keys of two slots is refused there.
describeQueue('a Redis Cluster', () => startStand({ cluster: true }));
