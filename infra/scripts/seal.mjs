// What makes a backup readable by its key alone and tells when it was changed:
//   node seal.mjs seal|open  <input >output   AES-256-GCM over a stream: "AISHA1", 12 bytes nonce, ciphertext, 16 bytes tag.
//                                             "open" fails on a changed or cut file, after it wrote what it could: use its
//                                             output only when it exits with 0, or check the manifest before
//   node seal.mjs sign|check <input >output   adds to a manifest the line that proves it (HMAC-SHA256); "check" says the
//                                             manifest without that line, and nothing unless it is true
// The key, 64 hex digits, is in the file that BACKUP_KEY_FILE names, or systemd's credential BACKUP_KEY.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';

const MAGIC = Buffer.from('AISHA1');
const HEAD = MAGIC.length + 12;
const TAG = 16;
const PROOF = '# hmac-sha256 ';

/** Null when no key is named. */
export function readKey(env = process.env) {
  const file =
    env.BACKUP_KEY_FILE || (env.CREDENTIALS_DIRECTORY && join(env.CREDENTIALS_DIRECTORY, 'BACKUP_KEY'));
  if (!file) return null;
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
  if (key.length !== 32) throw new Error(`${file} must hold 64 hex digits: openssl rand -hex 32 > ${file}`);
  return key;
}

/** Another key than the one that seals: no key does two things. */
const proofOf = (key, text) =>
  createHmac('sha256', Buffer.from(hkdfSync('sha256', key, '', 'aisha backup manifest', 32)))
    .update(text)
    .digest();

export const sign = (key, text) => `${text}${PROOF}${proofOf(key, text).toString('hex')}\n`;

/** The manifest without its proof. */
export function check(key, signed) {
  const text = signed.slice(0, Math.max(signed.lastIndexOf(PROOF), 0));
  const given = Buffer.from(signed);
  const right = Buffer.from(sign(key, text));
  if (given.length !== right.length || !timingSafeEqual(given, right))
    throw new Error('the manifest was changed, or this is not its key');
  return text;
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
  const [action] = process.argv.slice(2);
  const text = async (change) => process.stdout.write(change((await buffer(process.stdin)).toString('utf8')));
  const actions = {
    seal: (key) => pipeline(process.stdin, sealer(key), process.stdout),
    open: (key) => pipeline(process.stdin, opener(key), process.stdout),
    sign: (key) => text((manifest) => sign(key, manifest)),
    check: (key) => text((manifest) => check(key, manifest)),
  };
  try {
    const key = readKey();
    if (!Object.hasOwn(actions, action) || key === null)
      throw new Error('usage: BACKUP_KEY_FILE=<file> node seal.mjs seal|open|sign|check <input >output');
    await actions[action](key);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
