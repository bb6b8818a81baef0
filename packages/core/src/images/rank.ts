import { measureLikeness } from '../avatars/likeness.ts';
import type { Run, WorkerParts } from '../parts.ts';
import type { Order } from '../unit.ts';

/**
 * The share of the avatar's photos that each of several pictures is like, so that the most alike comes first; null where that
 * is not measured: of one picture, of an avatar whose photos were not, and of first pictures, which are measured together.
 */
export async function likenessOf(
  parts: WorkerParts,
  { ownerId, kind }: Pick<Order, 'ownerId' | 'kind'>,
  { avatarId, keys }: { readonly avatarId: string | null; readonly keys: readonly string[] },
  { signal }: Run,
): Promise<(number | null)[]> {
  const unmeasured = keys.map(() => null);
  if (!parts.config.photos.sorted || avatarId === null || keys.length < 2 || kind === 'first_pictures')
    return unmeasured;
  const files = async () => {
    const all = await Promise.all(keys.map((key) => parts.storage.get('generated', key, { signal })));
    return all.map((file) => file ?? new Uint8Array());
  };
  const found = await measureLikeness(parts, { id: avatarId, ownerId }, files, signal);
  return found.length === 0 ? unmeasured : found.map((one) => one?.share ?? null);
}
