import { readFile } from 'node:fs/promises';
import { decode as decodeBmp } from 'bmp-ts';
import type { Sharp } from 'sharp';
import type { PictureFormat } from './formats.ts';
import { type Pixels, withHeicPixels } from './heic.ts';
import { jxlToPng } from './jxl.ts';
import { sharp } from './sharp.ts';

const END_OF_JPEG = Buffer.from([0xff, 0xd9]);

/** Opens a file's first frame for as long as `use` takes. Damage is an error; the size was judged before. */
export async function withPicture<T>(
  file: string,
  format: PictureFormat,
  use: (picture: Sharp) => Promise<T>,
): Promise<T> {
  const options = { limitInputPixels: false, failOn: 'error', sequentialRead: true } as const;
  switch (format) {
    case 'heic':
      return withHeicPixels(file, (pixels) => use(fromPixels(pixels)));
    case 'jxl':
      return use(sharp(jxlToPng(file), options));
    case 'bmp': {
      const { data, width, height } = decodeBmp(await readFile(file), { toRGBA: true });
      // The fourth byte is filling, or alpha that no other program heeds.
      for (let i = 3; i < data.length; i += 4) data[i] = 255;
      return use(fromPixels({ data, width, height, channels: 4 }));
    }
    case 'jpeg':
      try {
        return await use(sharp(file, options));
      } catch (error) {
        const whole = await readFile(file);
        if (whole.subarray(-2).equals(END_OF_JPEG)) throw error;
        // Only its last two bytes are missing, or lines of pixels too: of those it warns.
        return use(sharp(Buffer.concat([whole, END_OF_JPEG]), { ...options, failOn: 'warning' }));
      }
    case 'png':
    case 'webp':
    case 'gif':
    case 'avif':
    case 'tiff':
      return use(sharp(file, options));
    default:
      return format satisfies never;
  }
}

function fromPixels({ data, width, height, channels }: Pixels): Sharp {
  return sharp(data, { limitInputPixels: false, raw: { width, height, channels } });
}
