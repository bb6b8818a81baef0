// AES-256-GCM over a stream: node seal.mjs seal|open <key file> <input >output. The key file holds 64 hex digits.
// Shape: "AISHA1", 12 bytes nonce, ciphertext, 16 bytes tag. "open" fails on a changed or cut file, after it
// wrote what it could: use its output only when it exits with 0.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';

const MAGIC = Buffer.from('AISHA1');
const HEAD = MAGIC.length + 12;
const TAG = 16;

export function readKey(file) {
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
  if (key.length !== 32) throw new Error(`${file} must hold 64 hex digits: openssl rand -hex 32 > ${file}`);
  return key;
}

export function sealer(key) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  let begun = false;
  return new Transform({
    transform(chunk, _encoding, done) {
      if (!begun) this.push(Buffer.concat([MAGIC, nonce]));
      begun = true;
      done(null, cipher.update(chunk));
    },
    flush(done) {
      if (!begun) this.push(Buffer.concat([MAGIC, nonce]));
      this.push(cipher.final());
      this.push(cipher.getAuthTag());
      done();
    },
  });
}

export function opener(key) {
  let held = Buffer.alloc(0);
  let decipher = null;
  return new Transform({
    transform(chunk, _encoding, done) {
      held = Buffer.concat([held, chunk]);
      if (decipher === null && held.length >= HEAD) {
        if (!held.subarray(0, MAGIC.length).equals(MAGIC)) return done(new Error('not a sealed file'));
        decipher = createDecipheriv('aes-256-gcm', key, held.subarray(MAGIC.length, HEAD));
        held = held.subarray(HEAD);
      }
      // The last 16 bytes are the tag; which bytes are last is known only at the end.
      if (decipher !== null && held.length > TAG) {
        this.push(decipher.update(held.subarray(0, held.length - TAG)));
        held = held.subarray(held.length - TAG);
      }
      done();
    },
    flush(done) {
      if (decipher === null || held.length !== TAG) return done(new Error('the sealed file is cut short'));
      try {
        decipher.setAuthTag(held);
        this.push(decipher.final());
        done();
      } catch (cause) {
        done(new Error('the sealed file was changed, or this is not its key', { cause }));
      }
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [action, file] = process.argv.slice(2);
  if (!file || (action !== 'seal' && action !== 'open')) {
    process.stderr.write('usage: node seal.mjs seal|open <key file> <input >output\n');
    process.exit(2);
  }
  const key = readKey(file);
  try {
    await pipeline(process.stdin, action === 'seal' ? sealer(key) : opener(key), process.stdout);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
