/** What an object belongs to; the second part of its key. */
export type Subject = 'avatars' | 'images' | 'styles' | 'recordings' | 'documents' | 'exports';

const safePart = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const LONGEST_KEY = 512;

/**
 * `<owner>/<subject>/<id>/<file>`: everything of one user lies under their Telegram id (a group's is negative), so that it
 * can be found and deleted whole. `file` may have folders of its own; an empty one gives the prefix of all the thing's files.
 */
export function objectKey(ownerId: number, subject: Subject, id: string, file: string): string {
  const key = `${ownerPrefix(ownerId)}${subject}/${id}/${file}`;
  assertPrefix(key);
  return key;
}

/** The prefix of everything that belongs to a user. */
export function ownerPrefix(ownerId: number): string {
  if (!Number.isSafeInteger(ownerId) || ownerId === 0) throw new Error(`not an owner's id: ${ownerId}`);
  return `${ownerId}/`;
}

/** A key of an object: safe characters, no `..`, no empty part, first part the owner's id. */
export function assertKey(key: string): void {
  const parts = key.split('/');
  const isKey =
    parts.length >= 2 &&
    key.length <= LONGEST_KEY &&
    /^-?\d+$/.test(parts[0] ?? '') &&
    parts.slice(1).every((part) => safePart.test(part) && !part.includes('..'));
  if (!isKey) throw new Error(`not a key of an object: ${JSON.stringify(key.slice(0, 200))}`);
}

/** A key, or the beginning of one up to a slash; never the whole bucket. */
export function assertPrefix(prefix: string): void {
  if (/^-?\d+\/$/.test(prefix)) return;
  assertKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
}
