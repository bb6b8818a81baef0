import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSpeech } from '@aisha/sandbox';
import { describe, expect, test } from 'vitest';
import { Person } from '../person.ts';
import { startProduct } from '../product.ts';
import { hasButton } from '../steps.ts';
import { eventually } from '../waiting.ts';
import { RU } from '../words.ts';

const ROOT = new URL('../../../../', import.meta.url);
const isRoot = process.getuid?.() === 0;

/**
 * What operators really have. A case that needs a server of its kind and no more of the product is held by the test
 * beside the code that talks to it; that this test is there, under its title, is looked at here.
 */
const HELD: [string, string, string][] = [
  [
    'B1 DATABASE_URL with ?ssl=require',
    'packages/db/src/connect.integration.test.ts',
    'of the older system and of managed databases: %s is encrypted, whoever signed it',
  ],
  [
    'B1 a managed database with its own authority',
    'packages/db/src/connect.integration.test.ts',
    'with an authority of its own is checked against it, by parameter or variable',
  ],
  [
    'B2 one model that the key may not use',
    'packages/e2e/src/failures.test.ts',
    'OpenAI, one model that the key may not use: only what needs it stops',
  ],
  [
    'B4 a store that wants a Content-MD5',
    'packages/storage/src/storage.integration.test.ts',
    'what begins with a prefix is deleted on a server %s',
  ],
  [
    'B5 a file of the Bot API server that cannot be read here',
    'packages/providers/src/telegram/files.test.ts',
    'a file of a local server that cannot be read here is an operator’s error',
  ],
  [
    'B6 a full disk, in the parsers',
    'packages/media/src/sound/sound.test.ts',
    'a full disk is nobody’s file: a passing trouble',
  ],
  [
    'B6 a disk that fills up while ffmpeg writes',
    'packages/media/src/sound/sound.test.ts',
    'nor is one that fills up while ffmpeg writes',
  ],
  [
    'B9 a network whose IPv6 leads nowhere',
    'packages/providers/src/telegram/dead-ipv6.test.ts',
    'a server whose IPv6 leads nowhere is reached by its IPv4',
  ],
  [
    'B7 PgBouncer in front',
    'packages/db/src/connect.integration.test.ts',
    'PgBouncer in transaction mode, as it is installed, is no obstacle',
  ],
  [
    'B9 addresses that lead nowhere, and far servers',
    'packages/service/src/stopping/main.test.ts',
    'each address of a name gets longer than Node gives it',
  ],
  [
    'B10 Redis behind Sentinel',
    'packages/queue/src/topologies.integration.test.ts',
    'works, and goes on with the replica when the master dies',
  ],
  [
    'B10 a Redis Cluster',
    'packages/queue/src/topologies.integration.test.ts',
    'works: all keys of a queue are in one slot',
  ],
];

test.each(HELD)('%s is held by %s', (_case, file, title) => {
  expect(readFileSync(new URL(file, ROOT), 'utf8')).toContain(title);
});

// Only root may mount a small disk; elsewhere the parsers' own test above holds it.
describe.runIf(isRoot)('B6 the worker’s disk is full', () => {
  test('the order is kept, the operator learns of it, and nobody hears of “no sound”', async () => {
    const disk = mkdtempSync(join(tmpdir(), 'aisha-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=320m', 'none', disk]);
    const product = await startProduct({ name: 'cases-disk', settings: { WORKER_SCRATCH_DIR: disk } });
    try {
      const person = await Person.join(product.telegram, 'Ольга', 'ru');
      // The file is slow to come, so that the disk fills up between the look at its room and the first byte.
      await product.telegram.addFault({ method: 'file', times: 1, action: { kind: 'delay', ms: 3_000 } });
      const said = 'Место на диске кончилось, запись осталась.';
      const bytes = await encodeSpeech(said.split(' '), { format: 'ogg' });
      const { id } = await person.media('voice', { bytes, name: 'voice.ogg', mime: 'audio/ogg' });
      await eventually('the worker begins with the file', async () =>
        readdirSync(disk, { recursive: true }).some((name) => String(name).includes('f-')),
      );
      fill(join(disk, 'hog'));
      await eventually('the operator’s alarm', async () =>
        product
          .lines('worker-1')
          .some((line) => line.includes('"level":"error"') && line.includes('scratch is full')),
      );
      const [order] = await product.sql('select state from orders where owner_id = $1', [person.id]);
      expect(order?.['state']).toBe('running');
      expect(await person.messages(({ text }) => RU.didNotWork.test(text))).toEqual([]);

      rmSync(join(disk, 'hog'));
      const result = await person.see((message) => hasButton(message, RU.summary), 'the text', { after: id });
      expect(result.text).toBe(said);
      expect(product.crashes()).toEqual([]);
    } finally {
      await product.stop();
      execFileSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    }
  });
});

/** Writes until nothing more fits: ENOSPC, really. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(65_536, 1);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(file);
  }
}
