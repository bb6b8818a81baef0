import { Readable } from 'node:stream';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StorageConfig } from '@aisha/config';
import { silentLogger } from '@aisha/service';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { objectKey } from '../keys.ts';
import { createStorage, type Storage } from '../storage.ts';

function* failing() {
  for (let n = 0; n < 200; n++) yield randomBytes(65_536);
  throw new Error('the provider hung up');
}

async function* endless() {
  for (;;) yield await Promise.resolve(randomBytes(65_536));
}

/** What any S3 that Aisha runs on must do; give it the address of one. */
export function describeStorage(name: string, server: () => Omit<StorageConfig, 'buckets'>): void {
  describe(`storage on ${name}`, () => {
    const suffix = randomUUID().slice(0, 8);
    const buckets = {
      avatars: `avatars-${suffix}`,
      transcripts: `transcripts-${suffix}`,
      generated: `generated-${suffix}`,
    };
    const dir = mkdtempSync(join(tmpdir(), 'aisha-storage-'));
    let storage: Storage;
    let owner = 1_000;
    /** A key of an owner that no other test has. */
    const fresh = (file = 'a.bin') => objectKey((owner += 1), 'images', randomUUID(), file);
    const bin = { contentType: 'application/octet-stream' };

    beforeAll(async () => {
      storage = createStorage({ ...server(), buckets }, { log: silentLogger });
      await expect(storage.check(AbortSignal.timeout(5_000))).rejects.toThrow('reach bucket');
      const made = await storage.ensureBuckets();
      expect(made.map(({ created }) => created)).toEqual([true, true, true]);
    });
    afterAll(() => {
      storage.close();
      rmSync(dir, { recursive: true, force: true });
    });

    test('buckets are made once', async () => {
      const made = await storage.ensureBuckets();
      expect(made).toEqual(Object.values(buckets).map((bucket) => ({ name: bucket, created: false })));
      await storage.check(AbortSignal.timeout(5_000));
    });

    test('bytes come back as they went, with their type; writing again replaces', async () => {
      const key = fresh('photos/1.jpg');
      const bytes = randomBytes(100_000);
      await storage.put('avatars', key, randomBytes(10), { contentType: 'text/plain' });
      await storage.put('avatars', key, bytes, { contentType: 'image/jpeg' });
      expect(await storage.get('avatars', key)).toEqual(bytes);
      expect(await storage.head('avatars', key)).toMatchObject({ size: 100_000, contentType: 'image/jpeg' });
      expect(await storage.exists('avatars', key)).toBe(true);
      expect(await storage.exists('generated', key)).toBe(false);
    });

    test('an empty object is an object', async () => {
      const key = fresh();
      await storage.put('transcripts', key, Buffer.alloc(0), bin);
      expect(await storage.get('transcripts', key)).toEqual(Buffer.alloc(0));
    });

    test('what is not there is null, and deleting it succeeds', async () => {
      const key = fresh();
      expect(await storage.get('avatars', key)).toBeNull();
      expect(await storage.getStream('avatars', key)).toBeNull();
      expect(await storage.head('avatars', key)).toBeNull();
      await storage.delete('avatars', key);
    });

    test('a stream of unknown length and a file, both longer than a part', async () => {
      const bytes = randomBytes(20 * 1024 * 1024 + 17);
      const hash = createHash('sha256').update(bytes).digest('hex');
      const pieces = function* pieces() {
        for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
      };
      const file = join(dir, 'model.safetensors');
      writeFileSync(file, bytes);
      for (const body of [Readable.from(pieces()), { file }]) {
        const key = fresh();
        await storage.put('avatars', key, body, bin);
        const back = createHash('sha256');
        for await (const chunk of (await storage.getStream('avatars', key)) ?? []) back.update(chunk);
        expect(back.digest('hex')).toBe(hash);
      }
    });

    test('a stream that fails half-way, or is aborted, leaves no object', async () => {
      const key = fresh();
      await expect(storage.put('avatars', key, Readable.from(failing()), bin)).rejects.toThrow(
        'storage: put',
      );
      expect(await storage.exists('avatars', key)).toBe(false);

      const aborting = new AbortController();
      const sending = storage.put('avatars', key, Readable.from(endless()), {
        ...bin,
        signal: aborting.signal,
      });
      aborting.abort();
      await expect(sending).rejects.toThrow('storage: put');
      expect(await storage.exists('avatars', key)).toBe(false);
    });

    test('a file that is not there is an error', async () => {
      const missing = { file: join(dir, 'nothing') };
      await expect(storage.put('avatars', fresh(), missing, bin)).rejects.toThrow('storage: put');
    });

    test('a prefix is listed and deleted whole, without its neighbours', async () => {
      const [mine, others] = [++owner, ++owner];
      // `12/` must not catch `123/`.
      const neighbour = Number(`${mine}1`);
      const keys = Array.from({ length: 205 }, (_, n) => objectKey(mine, 'images', 'order', `${n}.png`));
      for (let at = 0; at < keys.length; at += 50) {
        const batch = keys.slice(at, at + 50);
        await Promise.all(batch.map((key) => storage.put('generated', key, Buffer.from(key), bin)));
      }
      const kept = [others, neighbour].map((id) => objectKey(id, 'images', 'order', '0.png'));
      for (const key of kept) await storage.put('generated', key, Buffer.from('kept'), bin);

      const listed: string[] = [];
      for await (const { key, size } of storage.list('generated', `${mine}/`)) {
        expect(size).toBe(Buffer.byteLength(key));
        listed.push(key);
      }
      expect(listed.toSorted()).toEqual(keys.toSorted());
      expect(await storage.deletePrefix('generated', `${mine}/`)).toBe(205);
      expect(await storage.deletePrefix('generated', `${mine}/`)).toBe(0);
      for (const key of kept) expect(await storage.exists('generated', key)).toBe(true);
    });

    test('copies between buckets; nothing is copied from nothing', async () => {
      const [from, to] = [fresh(), fresh()];
      await storage.put('generated', from, Buffer.from('picture'), { contentType: 'image/png' });
      const target = { bucket: 'avatars', key: to } as const;
      expect(await storage.copy({ bucket: 'generated', key: from }, target)).toBe(true);
      expect((await storage.get('avatars', to))?.toString()).toBe('picture');
      expect(await storage.copy({ bucket: 'generated', key: fresh() }, target)).toBe(false);
    });

    test('a signed link gives the file under its name; without the signature there is nothing to see', async () => {
      const key = fresh('summary.txt');
      await storage.put('transcripts', key, Buffer.from('итог'), { contentType: 'text/plain' });
      const url = await storage.signedUrl('transcripts', key, {
        expiresSeconds: 60,
        downloadName: 'Итог "встречи".txt',
      });
      const answer = await fetch(url);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe('итог');
      expect(answer.headers.get('content-disposition')).toContain(
        "filename*=UTF-8''%D0%98%D1%82%D0%BE%D0%B3",
      );
      const bare = new URL(url);
      bare.search = '';
      expect((await fetch(bare)).status).toBe(403);
      await expect(storage.signedUrl('transcripts', key, { expiresSeconds: 90_000 })).rejects.toThrow(
        'a day',
      );
    });
  });
}
