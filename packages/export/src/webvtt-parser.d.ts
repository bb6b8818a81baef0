declare module 'webvtt-parser' {
  /** W3C's own, which reports everything that the specification calls an error. */
  export class WebVTTParser {
    parse(
      text: string,
      mode: 'metadata' | 'subtitles',
    ): {
      readonly cues: readonly {
        readonly startTime: number;
        readonly endTime: number;
        readonly text: string;
      }[];
      readonly errors: readonly { readonly message: string; readonly line: number }[];
    };
  }
}
