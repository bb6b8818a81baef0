interface HeifHandle {
  readonly __handle: never;
}

/** What we use of libheif's C interface as wasm offers it. */
declare module 'libheif-js/libheif-wasm/libheif.js' {
  interface HeifError {
    readonly code: unknown;
    readonly message: string;
  }
  interface HeifImage {
    readonly image: object;
    readonly channels: readonly {
      readonly width: number;
      readonly height: number;
      /** Bytes of a line. */
      readonly stride: number;
      /** In the memory of wasm itself. */
      readonly data: Uint8Array<ArrayBuffer>;
    }[];
  }
  interface Libheif {
    readonly heif_error_code: { readonly heif_error_Ok: unknown };
    readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
    readonly heif_chroma: Record<'heif_chroma_interleaved_RGB' | 'heif_chroma_interleaved_RGBA', unknown>;
    heif_context_alloc(): object;
    heif_context_free(context: object): void;
    heif_context_read_from_memory(context: object, file: Uint8Array): HeifError;
    heif_js_context_get_primary_image_handle(context: object): HeifHandle | HeifError | null;
    heif_image_handle_get_width(handle: HeifHandle): number;
    heif_image_handle_get_height(handle: HeifHandle): number;
    heif_image_handle_has_alpha_channel(handle: HeifHandle): number;
    heif_image_handle_release(handle: HeifHandle): void;
    heif_js_decode_image2(
      handle: HeifHandle,
      colorspace: unknown,
      chroma: unknown,
    ): Promise<HeifImage | HeifError>;
    heif_image_release(image: object): void;
  }
  export default function create(options: { readonly wasmBinary: Uint8Array }): Promise<Libheif>;
}
