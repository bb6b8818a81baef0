import { z } from 'zod';

export const seeInput = z.object({ file: z.string() });

const share = z.number();

/** The largest face of a picture. */
const mainFace = z.object({
  /** Of the picture's width, 0 to 1. */
  width: share,
  /** The detector's own confidence, 0 to 1. */
  score: z.number(),
  /** Variance of the Laplacian on the grey box at 128 × 128; null when the box is too small to say. */
  sharpness: z.number().nullable(),
  /** Where the nose is between the sides of the face: 0 straight ahead, ±0.5 in profile. */
  yaw: z.number(),
  /** How far the head is tilted, in degrees. */
  roll: z.number(),
  /** Mean grey of the face, 0 to 255. */
  light: z.number(),
  /** Mean colour of what is worn below it; null where the picture ends. */
  clothes: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  /** 128 numbers: biometric, so they go nowhere but into the avatar's own rows. */
  embedding: z.array(z.number()).length(128).nullable(),
});
export type MainFace = z.infer<typeof mainFace>;

export const seen = z.object({
  main: mainFace.nullable(),
  /** The others: how wide against the main one, and how sure the detector is. */
  others: z.array(z.object({ width: share, score: z.number() })).max(100),
});
export type FacesSeen = z.infer<typeof seen>;
