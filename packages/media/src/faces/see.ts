import { sharp } from '../pictures/sharp.ts';
import type { FacesSeen, MainFace, seeInput } from './answers.ts';
import { type Box, loadEngine } from './engine.ts';
import type { z } from 'zod';

/** Larger pictures cost memory, smaller ones lose small faces: at 1,024 px faces from 40 px on are found. */
const SIDE = 1_024;
/** The detector's own input; a multiple of 32. */
const INPUT = 608;
/** Below 0.4 it invents faces. */
const LEAST_SCORE = 0.4;
const FACE_SIDE = 128;
/** A box that is enlarged is blurred by that alone. */
const LEAST_BOX = 80;

const engine = await loadEngine();

type Raw = { readonly data: Buffer; readonly info: { readonly width: number; readonly height: number } };

/** Looks at a picture that is upright already. */
export async function see({ file }: z.infer<typeof seeInput>): Promise<FacesSeen> {
  const picture: Raw = await sharp(file)
    .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { info } = picture;
  const { boxes, landmarks, embedding } = await engine.find(picture.data, info, {
    inputSize: INPUT,
    leastScore: LEAST_SCORE,
  });
  const [main, ...others] = boxes;
  if (!main) return { main: null, others: [] };
  const pose = poseOf(landmarks);
  const face: MainFace = {
    width: main.box.width / info.width,
    score: main.score,
    sharpness: main.box.width < LEAST_BOX ? null : await sharpnessOf(picture, main.box),
    ...pose,
    light: (await meanOf(picture, main.box)) ?? 0,
    clothes: await clothesOf(picture, main.box),
    embedding: embedding.length === 128 ? [...embedding] : null,
  };
  return {
    main: face,
    others: others.slice(0, 100).map(({ box, score }) => ({ width: box.width / main.box.width, score })),
  };
}

/** By iBUG's 68 points: 0 and 16 are the sides of the face, 30 is the tip of the nose, 36 to 47 are the eyes. */
function poseOf(points: readonly { x: number; y: number }[]): { yaw: number; roll: number } {
  const at = (n: number) => points[n] ?? { x: 0, y: 0 };
  const middle = (from: number, to: number) => {
    const some = points.slice(from, to + 1);
    const sum = some.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 });
    return { x: sum.x / Math.max(1, some.length), y: sum.y / Math.max(1, some.length) };
  };
  if (points.length < 68) return { yaw: 0, roll: 0 };
  const [left, right] = [middle(36, 41), middle(42, 47)];
  const roll = Math.atan2(right.y - left.y, right.x - left.x);
  // Along the line of the eyes, so that a tilted head is no turned one.
  const along = ({ x, y }: { x: number; y: number }) => x * Math.cos(roll) + y * Math.sin(roll);
  const [from, to] = [along(at(0)), along(at(16))];
  const yaw = to === from ? 0 : (along(at(30)) - from) / (to - from) - 0.5;
  return { yaw: Math.max(-0.5, Math.min(0.5, yaw)), roll: (roll * 180) / Math.PI };
}

function inside({ info }: Raw, { x, y, width, height }: Box) {
  const left = Math.max(0, Math.floor(x));
  const top = Math.max(0, Math.floor(y));
  const right = Math.min(info.width, Math.ceil(x + width));
  const bottom = Math.min(info.height, Math.ceil(y + height));
  return right - left < 8 || bottom - top < 8
    ? null
    : { left, top, width: right - left, height: bottom - top };
}

const cut = ({ data, info }: Raw, box: NonNullable<ReturnType<typeof inside>>) =>
  sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } }).extract(box);

/** Variance of the Laplacian: what is blurred has few edges. */
async function sharpnessOf(picture: Raw, box: Box): Promise<number | null> {
  const part = inside(picture, box);
  if (!part) return null;
  const grey = await cut(picture, part)
    .resize(FACE_SIDE, FACE_SIDE, { fit: 'fill' })
    .greyscale()
    .raw()
    .toBuffer();
  const at = (x: number, y: number) => grey[y * FACE_SIDE + x] ?? 0;
  let sum = 0;
  let squares = 0;
  const n = (FACE_SIDE - 2) ** 2;
  for (let y = 1; y < FACE_SIDE - 1; y += 1)
    for (let x = 1; x < FACE_SIDE - 1; x += 1) {
      const edge = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * at(x, y);
      sum += edge;
      squares += edge * edge;
    }
  return squares / n - (sum / n) ** 2;
}

async function meanOf(picture: Raw, box: Box): Promise<number | null> {
  const part = inside(picture, box);
  if (!part) return null;
  const [grey = 0] = await cut(picture, part).resize(1, 1, { fit: 'fill' }).greyscale().raw().toBuffer();
  return grey;
}

/** What is worn begins half a face below the chin. */
async function clothesOf(picture: Raw, { x, y, width, height }: Box): Promise<MainFace['clothes']> {
  const part = inside(picture, { x: x - width * 0.3, y: y + height * 1.5, width: width * 1.6, height });
  if (!part || part.height < height * 0.5) return null;
  const [red = 0, green = 0, blue = 0] = await cut(picture, part)
    .resize(1, 1, { fit: 'fill' })
    .raw()
    .toBuffer();
  return [red, green, blue];
}
