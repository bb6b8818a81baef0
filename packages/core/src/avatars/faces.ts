import type { PhotoRules } from '@aisha/config';
import {
  avatarFaces,
  avatarPhotos,
  type FaceFacts,
  type PhotoDoubt,
  type PhotoProblem,
  type Tx,
} from '@aisha/db';
import type { FacesSeen, MainFace } from '@aisha/media';
import { and, eq, isNull } from 'drizzle-orm';
import type { Avatar } from './avatars.ts';

/**
 * The text of the consent that somebody presses, by its version: a new one whenever what is agreed to changes. From this
 * one on it says that faces are measured.
 */
export const CONSENT_VERSION = '2026-11';

/** Faces are measured of persons, with the consent that says so. */
export const measuresFaces = ({ kind, consentVersion }: Pick<Avatar, 'kind' | 'consentVersion'>): boolean =>
  kind === 'portrait' && consentVersion !== null;

export interface Finding {
  /** Turned down for it: it is clear. */
  readonly problem: PhotoProblem | null;
  /** It counts, and its owner is asked. */
  readonly doubt: PhotoDoubt | null;
}

const FINE: Finding = { problem: null, doubt: null };
const clearly = (problem: PhotoProblem): Finding => ({ problem, doubt: null });
const perhaps = (doubt: PhotoDoubt): Finding => ({ problem: null, doubt });

/** The detector is sure of faces from here on; below half it takes patterns for faces. */
const SURE = 0.7;
const LIKELY = 0.5;
/** A second face nearly as large as the first, in percent: nobody could say whose avatar it is. */
const EQUAL = 70;

/** What the faces of a photo of a person say about it; nothing when they were not looked at. */
export function judgeFaces(seen: FacesSeen | null, rules: PhotoRules): Finding {
  if (seen === null) return FINE;
  const { main, others } = seen;
  if (!main) return rules.faceRequired ? clearly('no_face') : perhaps('no_face');
  const second = others
    .filter(({ score }) => score >= LIKELY)
    .map((one) => ({ ...one, percent: one.width * 100 }));
  if (main.score >= LIKELY && second.some(({ percent, score }) => percent >= EQUAL && score >= SURE))
    return clearly('several_faces');
  const width = main.width * 1_000;
  if (width < rules.tinyFace) return clearly('face_small');
  if (main.sharpness !== null && main.sharpness < rules.blurred && main.score >= LIKELY)
    return clearly('face_blurred');
  if (second.some(({ percent }) => percent >= rules.secondFace)) return perhaps('several_faces');
  if (width < rules.smallFace) return perhaps('face_small');
  if (main.sharpness !== null && main.sharpness < rules.unsharp) return perhaps('face_blurred');
  return FINE;
}

/** A tilted, turned or blurred face moves by as much as another person's. */
const UPRIGHT = { degrees: 20, yaw: 0.25 } as const;

/** The numbers of a face that may be compared with others; null when they would mislead. */
export function comparable(main: MainFace | null, rules: PhotoRules): readonly number[] | null {
  if (!main?.embedding || main.score < LIKELY) return null;
  if (Math.abs(main.roll) > UPRIGHT.degrees || Math.abs(main.yaw) > UPRIGHT.yaw) return null;
  return main.sharpness === null || main.sharpness < rules.unsharp ? null : main.embedding;
}

export const factsOf = ({ width, yaw, light, clothes }: MainFace): FaceFacts => ({
  width,
  yaw,
  light,
  clothes,
});

/** Euclidean, as the network was trained for. */
export const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0));

export const facesOf = async (tx: Pick<Tx, 'select'>, avatarId: string) =>
  tx
    .select({ photoId: avatarFaces.photoId, embedding: avatarFaces.embedding })
    .from(avatarFaces)
    .where(eq(avatarFaces.avatarId, avatarId));

/** Fewer faces have no rest that one could differ from. */
const LEAST_TO_COMPARE = 4;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Photos whose face lies further from most of the others than one person's photos do. */
export function strangers(
  faces: readonly { readonly photoId: string; readonly embedding: readonly number[] }[],
  rules: PhotoRules,
): Set<string> {
  if (faces.length < LEAST_TO_COMPARE) return new Set();
  const far = faces.filter(
    (one) =>
      median(
        faces.filter((other) => other !== one).map(({ embedding }) => distance(one.embedding, embedding)),
      ) >
      rules.otherPerson / 100,
  );
  // Where most are strangers to each other, nobody is the stranger.
  return new Set(far.length * 2 >= faces.length ? [] : far.map(({ photoId }) => photoId));
}

/** Asks about those who look like somebody else, as the set is now; what was answered stays answered. */
export async function doubtStrangers(tx: Tx, avatarId: string, rules: PhotoRules): Promise<void> {
  const others = strangers(await facesOf(tx, avatarId), rules);
  const photos = await tx
    .select({ id: avatarPhotos.id, doubt: avatarPhotos.doubt })
    .from(avatarPhotos)
    .where(
      and(
        eq(avatarPhotos.avatarId, avatarId),
        eq(avatarPhotos.state, 'accepted'),
        isNull(avatarPhotos.keptAt),
      ),
    );
  for (const { id, doubt } of photos) {
    const wanted = others.has(id) ? (doubt ?? 'another_person') : doubt === 'another_person' ? null : doubt;
    if (wanted !== doubt) await tx.update(avatarPhotos).set({ doubt: wanted }).where(eq(avatarPhotos.id, id));
  }
}
