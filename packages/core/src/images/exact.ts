import { type Aspect, ASPECTS } from './aspects.ts';

/** How far an image's ratio may be from the one ordered before it is another: models round to multiples of 16 or 32. */
const RATIO_TOLERANCE = 0.03;

interface Sized {
  readonly width: number;
  readonly height: number;
}

/** The largest size within a picture that has this ratio to the pixel. */
function within({ width, height }: Sized, aspect: Aspect): Sized {
  const [across, down] = aspect.split(':').map(Number);
  const unit = { width: across ?? 1, height: down ?? 1 };
  const times = Math.floor(Math.min(width / unit.width, height / unit.height));
  return { width: unit.width * times, height: unit.height * times };
}

export const hasRatio = ({ width, height }: Sized, wanted: Sized): boolean =>
  Math.abs(width / height / (wanted.width / wanted.height) - 1) <= RATIO_TOLERANCE;

/**
 * The picture in the ratio that was ordered, to the pixel: what a model made a few lines too wide or high is cut at both
 * ends. Null when it is another ratio altogether. The picture was decoded before, so it is one.
 */
export async function inRatio(
  file: Buffer,
  size: Sized,
  { aspect, format }: { readonly aspect: Aspect; readonly format: 'jpeg' | 'png' | 'webp' },
): Promise<({ readonly data: Buffer } & Sized) | null> {
  if (!hasRatio(size, ASPECTS[aspect])) return null;
  const exact = within(size, aspect);
  if (exact.width === size.width && exact.height === size.height) return { data: file, ...size };
  const { default: sharp } = await import('sharp');
  const cut = sharp(file).extract({
    ...exact,
    left: Math.floor((size.width - exact.width) / 2),
    top: Math.floor((size.height - exact.height) / 2),
  });
  return { data: await cut.toFormat(format, { quality: 95 }).toBuffer(), ...exact };
}
