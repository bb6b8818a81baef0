import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { DamagedModel, wholeModel } from './model-file.ts';

const header = (json: unknown, data = 0, length?: number) => {
  const text = Buffer.from(JSON.stringify(json));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(length ?? text.length));
  return Buffer.concat([size, text, Buffer.alloc(data, 7)]);
};
const tensor = { weight: { dtype: 'F16', shape: [2], data_offsets: [0, 4] } };

/** The file as it comes from a server: in pieces of so many bytes. */
async function* coming(file: Buffer, piece: number) {
  for (let at = 0; at < file.length; at += piece) yield await Promise.resolve(file.subarray(at, at + piece));
}
const passed = (file: Buffer, piece: number) => buffer(wholeModel(coming(file, piece)));

const pieces = [1, 3, 8, 9, 50, 10_000];

test.each([
  ['with its data', header(tensor, 4)],
  ['with words about it', header({ __metadata__: { format: 'pt' }, ...tensor }, 4)],
  ['without tensors', header({ __metadata__: { simulated: 'true' } })],
])('a model %s passes as it is', async (_name, file) => {
  for (const piece of pieces) expect(await passed(file, piece)).toEqual(file);
});

test.each([
  ['cut off', header(tensor, 3)],
  ['a header cut off', header(tensor, 4).subarray(0, 20)],
  ['a header longer than the file', header(tensor, 4, 5_000)],
  ['a header too long', header(tensor, 4, 2 ** 40)],
  ['an impossible length', Buffer.concat([Buffer.alloc(8, 0xff), Buffer.alloc(100)])],
  ['a page', Buffer.from('<html><body>not found</body></html>')],
  ['a list', header([1, 2, 3], 4)],
  ['text for offsets', header({ weight: { data_offsets: ['0', '4'] } }, 4)],
  ['nothing', Buffer.alloc(0)],
  ['zeros', Buffer.alloc(4_096)],
])('%s is none', async (_name, file) => {
  for (const piece of pieces) await expect(passed(file, piece)).rejects.toBeInstanceOf(DamagedModel);
});
