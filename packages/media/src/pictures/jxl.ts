import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { initSync, JxlImage } from 'jxl-oxide-wasm';

let ready = false;

/** A JPEG XL file, its header read; it turns itself upright. */
function open(file: string): JxlImage {
  if (!ready)
    initSync({
      module: readFileSync(fileURLToPath(import.meta.resolve('jxl-oxide-wasm/module.wasm'))),
    });
  ready = true;
  const image = new JxlImage();
  image.forceSrgb = true;
  image.feedBytes(readFileSync(file));
  if (!image.tryInit()) throw new Error('JPEG XL without a whole header');
  return image;
}

export function measureJxl(file: string): { width: number; height: number } {
  const image = open(file);
  const { width, height } = image;
  image.free();
  if (width === undefined || height === undefined) throw new Error('JPEG XL without a size');
  return { width, height };
}

/** Its first frame as PNG. */
export function jxlToPng(file: string): Uint8Array {
  const image = open(file);
  if (!image.loaded) throw new Error('JPEG XL that is cut off');
  const frame = image.render(0);
  const png = frame.encodeToPng();
  image.free();
  return png;
}
