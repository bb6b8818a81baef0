const MB = 1024 * 1024;

/** What one opening of one file may cost. Whoever goes beyond is killed and the file is refused as too costly. */
export interface Limits {
  /** Which children it shares its turns with. */
  readonly lane: Lane;
  /** From its turn to its end, by the clock. */
  readonly wallMs: number;
  /** Memory of its own: without the pages of program files, which all processes share. */
  readonly memoryBytes: number;
  /** Of its answer, or of what a program writes to its standard output. */
  readonly outputBytes: number;
}

export type Lane = 'quick' | 'long' | 'heads';

/**
 * How many files are open at once in a worker, one of each person, and what they may hold together. A worker's container
 * has 1.5 GB, of which the worker itself needs 250 MB and files that are made for people (`packages/export`) 700; each lane takes what fits into its share, so a heavy file waits until
 * it is alone.
 */
export const LANES: Record<Lane, { readonly children: number; readonly memoryBytes: number }> = {
  // Pictures, texts, archives: a second each. Two, as the worker has two cores.
  quick: { children: 2, memoryBytes: 480 * MB },
  // Sound: minutes each. Two, so that one person's hours of video do not hold everybody up.
  long: { children: 2, memoryBytes: 256 * MB },
  // What a sound says of itself: a second at most, so that a voice message never waits for somebody's pictures and PDFs.
  heads: { children: 2, memoryBytes: 192 * MB },
};

/** How long lighter files pass one for which there is no room: as long as the slowest that people send take, twice. */
export const OVERTAKEN_MS = 20_000;

const SECOND = 1_000;

/** One row a parser. Times are a multiple of what it takes on one of two busy cores, for the machine may be busier. */
export const LIMITS = {
  // Reads a header: 20 ms; of HEIC and JPEG XL the whole file is read in.
  pictureMeasure: { lane: 'quick', wallMs: 20 * SECOND, memoryBytes: 240 * MB, outputBytes: 4_096 },
  // 200 megapixels of JPEG take 4 s, 48 of HEIC 7 s. Its memory is each picture's own (pictures/formats.ts).
  pictureConvert: { lane: 'quick', wallMs: 45 * SECOND, memoryBytes: 480 * MB, outputBytes: 4_096 },
  // A picture of ours, of 2,048 pixels at most: 50 ms.
  pictureReduce: { lane: 'quick', wallMs: 20 * SECOND, memoryBytes: 160 * MB, outputBytes: 1_024 },
  // 400 MB inflated and written: 5 s.
  archive: { lane: 'quick', wallMs: 45 * SECOND, memoryBytes: 140 * MB, outputBytes: 8_192 },
  // Copies 64 MB at most, which it holds twice.
  oggPages: { lane: 'long', wallMs: 20 * SECOND, memoryBytes: 240 * MB, outputBytes: 4_096 },
} as const satisfies Record<string, Limits>;

export const ARCHIVE = {
  /** An avatar takes twenty photos; systems put a hidden file beside each. */
  mostEntries: 200,
  /** No photo that Telegram delivers by itself is larger. */
  mostBytesOfFile: 20 * MB,
  /** Unpacked, of all files: twenty photos of the largest size. */
  mostBytes: 400 * MB,
  /** What a file system needs for blocks that are not full. */
  spareBytes: 4 * MB,
} as const;

export const PICTURE = {
  /** Beside the file: the JPEG kept (6 MB at most) and what libvips writes aside. */
  scratchBytes: 32 * MB,
} as const;

export const CHILD = {
  /** JavaScript's own heap; pixels and files lie outside of it. */
  heapMb: 128,
  /**
   * What the kernel refuses to a process beyond its limit (RLIMIT_DATA): the watch looks every 50 ms, and a decoder takes
   * 200 MB in that time. Measured: Node with the decoders loaded has 650 MB of writable mappings, nearly all never touched.
   */
  headroomBytes: 800 * MB,
  /** How often memory and scratch are looked at. */
  watchMs: 50,
  /** An unused child is 40 MB; starting one takes 0.2 s. */
  idleMs: 20_000,
  /** Then a fresh one: what a file did to the process cannot last. */
  files: 40,
  /** What a child may keep between two files, well below what any of them may hold; fragmented heaps grow. */
  keptBytes: 90 * MB,
  /** Of standard error: the end, for the log. */
  stderrBytes: 4_096,
} as const;

/** The process that looks at faces. It does not give memory back to the kernel, so it is ended instead. */
export const FACES = {
  // One: a photo takes half a second, and two processes would be a gigabyte.
  lane: { children: 1, memoryBytes: 480 * MB },
  // Measured at 1,024 px: 420 MB of its own at most, 490 MB resident. Loading takes a second on a busy machine.
  photo: { lane: 'quick', wallMs: 30 * SECOND, memoryBytes: 480 * MB, outputBytes: 16_384 },
  /** An album's pauses are shorter. */
  idleMs: 8_000,
  /** Then a fresh one. */
  files: 60,
  keptBytes: 440 * MB,
  scratchBytes: 4 * MB,
} as const satisfies Record<string, unknown> & { readonly photo: Limits };

export const SCRATCH = {
  /** For all files that a worker has open at once. A file of Telegram's own server may have 2 GB, its sound as much again. */
  totalBytes: 8 * 1024 * MB,
  /** Left to everybody else on the file system. */
  spareBytes: 256 * MB,
  /** Of it, for all files of one person together. */
  shareOfOne: 0.5,
  /** How long work waits for others to make room before it goes back to the queue. */
  waitMs: 60_000,
  /** A process says that it lives this often … */
  heartbeatMs: 15_000,
  /** … and is dead after so long without a word, when its process cannot be looked for. */
  deadAfterMs: 120_000,
  /** How often the leftovers of the dead are looked for. */
  tidyMs: 600_000,
} as const;

export const SOUND = {
  /** What every recording is turned into: enough for speech, and cut exactly by byte. Samples of 16 bits. */
  rate: 16_000,
  bytesPerMs: 32,
  /** One loudness figure for this much sound. */
  frameMs: 20,
  /** A working day and a half; the sound of it is 1.4 GB on the disk, its pieces are 360 paid calls. */
  longestMs: 12 * 3_600_000,
  /** An Ogg file or an MP4 in fragments with a hole is mended up to this size: two hundred hours of voice messages. */
  mostMendedBytes: 64 * MB,
  /** Telephones have 8,000. Below this nobody is understood, and a tiny file lasts for days. */
  lowestRate: 4_000,
  /** Tracks that are listened to, and channels of each. A conference recorder has sixteen. */
  mostTracks: 16,
  mostChannels: 64,
  /**
   * Samples of all tracks and channels together: sixteen at 48,000 for twelve hours, and three minutes of a core. Silence
   * packs into nothing: 5 MB of FLAC hold more than ten times that.
   */
  mostSamples: 16 * 48_000 * 12 * 3_600,
  /** A declared duration may be this wrong before the recording is measured: a share, and milliseconds. */
  slackShare: 0.02,
  slackMs: 30_000,
} as const;

/** Reading heads: a second; a file of a million boxes must not take longer. */
export const PROBE: Limits = { lane: 'heads', wallMs: 30_000, memoryBytes: 96 * MB, outputBytes: MB };
/** Decoding: an hour takes some ten seconds, on a busy machine a minute; 2 GB of video are read from end to end. */
export const DECODE: Limits = { lane: 'long', wallMs: 15 * 60_000, memoryBytes: 128 * MB, outputBytes: MB };
/** Encoding five minutes takes two seconds. The most that a model takes at once is 25 MB. */
export const ENCODE: Limits = {
  lane: 'long',
  wallMs: 5 * 60_000,
  memoryBytes: 96 * MB,
  outputBytes: 32 * MB,
};

/**
 * Texts: a novel in DOCX takes a second, a PDF of a thousand pages ten and has at least two megabytes. What is small and
 * takes long (forms that draw each other, pages that share one content) has been made to.
 */
export const TEXT_TIME = { anyMs: 10_000, perByteMs: 5_000 / MB, mostMs: 45_000 } as const;
/** What it holds is its answer, twice. */
export const TEXT: Limits = {
  lane: 'quick',
  wallMs: TEXT_TIME.mostMs,
  memoryBytes: 320 * MB,
  outputBytes: 24 * MB,
};
