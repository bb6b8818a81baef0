import type { PhotoRules } from '@aisha/config';
import { avatars, type Place, type Tx } from '@aisha/db';
import { and, eq, gt, sql } from 'drizzle-orm';
import { postEntry } from '../credits/ledger.ts';
import { PRESETS, type PresetName } from '../fal/models/trainer.ts';
import { creditsFor, findOrder, type Placed, placeOrder } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import type { Order, Unit } from '../unit.ts';
import { type Avatar, deleteAvatar } from './avatars.ts';
import { comparable, distance, facesOf } from './faces.ts';
import { trainingInput } from './training-input.ts';

/** Fewer photos with a face that can be compared say nothing about a picture. */
const LEAST_PHOTOS = 3;
/** Measuring takes half a second; a busy or broken reader must not keep a picture from its owner. */
const PATIENCE_MS = 15_000;
/** How long its owner may think about an avatar that came out unlike; its photos are kept meanwhile. */
const CHOICE_DAYS = 3;

export interface Likeness {
  /** Of the photos, those that the picture is like: 0 to 1. What is shown is this, as so many of so many. */
  readonly share: number;
  readonly photos: number;
  /** Mean distance to them: tells apart what is like as many. */
  readonly distance: number;
}

/** How like a face is to those of the photos. */
export function likenessTo(
  face: readonly number[],
  photos: readonly (readonly number[])[],
  rules: Pick<PhotoRules, 'alike'>,
): Likeness {
  const distances = photos.map((photo) => distance(face, photo));
  return {
    share: distances.filter((one) => one <= rules.alike / 100).length / photos.length,
    photos: photos.length,
    distance: distances.reduce((sum, one) => sum + one, 0) / photos.length,
  };
}

/**
 * How like each picture (as a file, read when it is needed) is to the photos of an avatar; null for one in which no face can
 * be compared; nothing at all where its photos were not measured.
 */
export async function measureLikeness(
  parts: Pick<WorkerParts, 'db' | 'faces' | 'config' | 'log'>,
  avatar: Pick<Avatar, 'id' | 'ownerId'>,
  pictures: () => Promise<readonly Uint8Array[]>,
  signal: AbortSignal,
): Promise<(Likeness | null)[]> {
  const rules = parts.config.photos;
  const photos = rules.faces ? (await facesOf(parts.db, avatar.id)).map(({ embedding }) => embedding) : [];
  if (photos.length < LEAST_PHOTOS) return [];
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const found: (Likeness | null)[] = [];
  for (const picture of await pictures()) {
    const seen = await parts.faces
      .read(picture, { owner: String(avatar.ownerId), signal: patience })
      .catch((error: unknown) => {
        signal.throwIfAborted();
        parts.log.warn('a picture was not measured', { error });
        return null;
      });
    const face = comparable(seen?.main ?? null, rules);
    found.push(face ? likenessTo(face, photos, rules) : null);
  }
  return found;
}

/** The most alike first; what could not be measured comes last, in the order in which it was. */
export const byLikeness = (a: Likeness | null, b: Likeness | null): number =>
  a === null || b === null
    ? Number(a === null) - Number(b === null)
    : b.share - a.share || a.distance - b.distance;

/** Whether the best of the first pictures is too unlike, by the figure that its owner is told. */
export const isUnlike = (
  { likeness }: { readonly likeness: number | null },
  { likenessBar }: Pick<PhotoRules, 'likenessBar'>,
): boolean => likeness !== null && likeness * 100 < likenessBar;

/** Keeps what came of the first pictures: the figure, and, below the bar, the choice with its photos. */
export async function keepLikeness(
  unit: Unit,
  avatarId: string,
  best: Likeness | null,
  rules: PhotoRules,
): Promise<void> {
  const share = best?.share ?? null;
  const unlike = isUnlike({ likeness: share }, rules);
  await unit.tx
    .update(avatars)
    .set({
      likeness: share,
      likenessDueAt: null,
      redoUntil: unlike ? sql`now() + make_interval(days => ${CHOICE_DAYS})` : null,
      tidiedAt: null,
    })
    .where(and(eq(avatars.id, avatarId), eq(avatars.state, 'ready')));
  unit.enqueue('avatar.tidy', { avatarId });
}

export interface Choice {
  /** The next better training, free; null where that has been tried, or there is nothing to learn from any more. */
  readonly redo: PresetName | null;
  /** What comes back for it, in credits; null: it was free. */
  readonly refund: { readonly order: Order; readonly credits: number } | null;
}

/** What the owner of an avatar that came out unlike may choose; null: nothing, or no more. */
export async function choiceFor(tx: Pick<Tx, 'select'>, avatar: Avatar): Promise<Choice | null> {
  const { redoUntil, trainedBy, state } = avatar;
  if (state !== 'ready' || redoUntil === null || redoUntil <= new Date() || trainedBy === null) return null;
  const order = await findOrder(tx, trainedBy);
  if (!order) return null;
  const { preset, redoOf } = trainingInput.parse(order.input);
  const paid = redoOf === undefined ? order : await findOrder(tx, redoOf);
  const credits = paid ? paidFor(paid) : 0;
  return {
    redo: redoOf === undefined ? (PRESETS[PRESETS.indexOf(preset) + 1] ?? preset) : null,
    refund: paid && credits > 0 ? { order: paid, credits } : null,
  };
}

const paidFor = ({ unitPrice, delivered }: Pick<Order, 'unitPrice' | 'delivered'>): number =>
  creditsFor({ each: unitPrice ?? 0, units: delivered ?? 0 });

async function lockChoice(unit: Unit, id: string): Promise<{ avatar: Avatar; choice: Choice } | null> {
  const [avatar] = await unit.tx
    .select()
    .from(avatars)
    .where(and(eq(avatars.id, id), gt(avatars.redoUntil, sql`now()`)))
    .for('update');
  const choice = avatar ? await choiceFor(unit.tx, avatar) : null;
  return avatar && choice ? { avatar, choice } : null;
}

/** Orders the free training of an avatar that came out unlike. */
export async function redoTraining(
  unit: Unit,
  of: Pick<Avatar, 'id'>,
  screen: Place & { readonly messageId: number | undefined },
): Promise<Placed | null> {
  const found = await lockChoice(unit, of.id);
  if (!found?.choice.redo) return null;
  const { avatar, choice } = found;
  return placeOrder(unit, {
    ownerId: avatar.ownerId,
    chatId: screen.chatId,
    threadId: screen.threadId,
    kind: 'training',
    subjectId: avatar.id,
    input: { preset: choice.redo, redoOf: avatar.trainedBy },
    statusMessageId: screen.messageId,
  });
}

/** Gives back, once, what an avatar that came out unlike had cost, and deletes it. In credits; null: it is too late. */
export async function refundUnlike(unit: Unit, of: Pick<Avatar, 'id'>): Promise<number | null> {
  const found = await lockChoice(unit, of.id);
  if (!found?.choice.refund) return null;
  const { order, credits } = found.choice.refund;
  const entry = await postEntry(unit.tx, {
    userId: order.payerId ?? order.ownerId,
    amount: credits,
    reason: 'unlike_refund',
    // The same as an operator's: an order is paid back once.
    key: `order-refund:${order.id}`,
  });
  if (!entry || !(await deleteAvatar(unit, found.avatar))) return null;
  return credits;
}
