import { shorten } from '@aisha/service';
import { writeFile } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import { withPicture } from './decode.ts';
import { keptSize } from './formats.ts';
import type { ConvertInput, Converted } from './answers.ts';
import { sharp } from './sharp.ts';

export async function convert(input: ConvertInput): Promise<Converted> {
  const size = keptSize(input.width, input.height);
  let reduced;
  try {
    // Turned only when it is small: turning needs the whole picture in memory.
    reduced = await withPicture(input.file, input.format, (picture) =>
      picture
        .resize({ ...size, fit: 'fill' })
        .flatten({ background: '#ffffff' })
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true }),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it cannot be decoded';
    // The kernel gave no more memory: that is no damage.
    if (/allocat|out of memory/i.test(why)) throw error;
    return { kind: 'unreadable', why: shorten(why, 500) };
  }
  const { width, height, channels } = reduced.info;
  const raw = sharp(reduced.data, { raw: { width, height, channels } });
  const { data, info } = await turned(raw, input.orientation)
    .jpeg({ quality: 94 })
    .toBuffer({ resolveWithObject: true });
  await writeFile(input.to, data);
  const miniature = await sharp(data).removeAlpha().resize(8, 8, { fit: 'fill' }).raw().toBuffer();
  return { kind: 'converted', width: info.width, height: info.height, miniature: miniature.toString('hex') };
}

/** Upright, by EXIF's number of how the camera was held. sharp mirrors before it turns. */
function turned(picture: Sharp, orientation: number): Sharp {
  switch (orientation) {
    case 2:
      return picture.flop();
    case 3:
      return picture.rotate(180);
    case 4:
      return picture.flip();
    case 5:
      return picture.flop().rotate(270);
    case 6:
      return picture.rotate(90);
    case 7:
      return picture.flop().rotate(90);
    case 8:
      return picture.rotate(270);
    default:
      return picture;
  }
}
