import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import createLibheif from 'libheif-js/libheif-wasm/libheif.js';

/** A whole picture, decoded. */
export interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

const require = createRequire(import.meta.url);

type Libheif = Awaited<ReturnType<typeof createLibheif>>;
let loaded: Promise<Libheif> | null = null;

function load(): Promise<Libheif> {
  loaded ??= createLibheif({
    wasmBinary: readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm')),
  });
  return loaded;
}

/** The main picture of a HEIC file, opened; its own turns and mirrors count already. */
async function withMain<T>(
  file: string,
  use: (heif: Libheif, handle: HeifHandle) => T | Promise<T>,
): Promise<T> {
  const heif = await load();
  const context = heif.heif_context_alloc();
  try {
    const read = heif.heif_context_read_from_memory(context, readFileSync(file));
    if (read.code !== heif.heif_error_code.heif_error_Ok) throw new Error(`HEIC: ${read.message}`);
    const handle = heif.heif_js_context_get_primary_image_handle(context);
    if (!handle || 'code' in handle) throw new Error('HEIC without a picture');
    try {
      return await use(heif, handle);
    } finally {
      heif.heif_image_handle_release(handle);
    }
  } finally {
    heif.heif_context_free(context);
  }
}

export function measureHeic(file: string): Promise<{ width: number; height: number }> {
  return withMain(file, (heif, handle) => ({
    width: heif.heif_image_handle_get_width(handle),
    height: heif.heif_image_handle_get_height(handle),
  }));
}

/** Its pixels, for as long as `use` takes: they lie in the decoder's own memory, not copied. */
export function withHeicPixels<T>(file: string, use: (pixels: Pixels) => Promise<T>): Promise<T> {
  return withMain(file, async (heif, handle) => {
    const alpha = heif.heif_image_handle_has_alpha_channel(handle) !== 0;
    const chroma = heif.heif_chroma[alpha ? 'heif_chroma_interleaved_RGBA' : 'heif_chroma_interleaved_RGB'];
    const image = await heif.heif_js_decode_image2(handle, heif.heif_colorspace.heif_colorspace_RGB, chroma);
    if (!('channels' in image)) throw new Error(`HEIC: ${image.message}`);
    try {
      const [plane] = image.channels;
      if (!plane) throw new Error('HEIC without pixels');
      const channels = alpha ? 4 : 3;
      const { width, height, stride } = plane;
      const data = Buffer.from(plane.data.buffer, plane.data.byteOffset, plane.data.byteLength);
      // The lines are filled up to a multiple of 16; moved together where they lie.
      const line = width * channels;
      if (stride !== line)
        for (let y = 1; y < height; y += 1) data.copyWithin(y * line, y * stride, y * stride + line);
      return await use({ data: data.subarray(0, line * height), width, height, channels });
    } finally {
      heif.heif_image_release(image.image);
    }
  });
}
