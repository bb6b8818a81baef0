import { copyFile, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MediaParts } from '../parts.ts';
import type { ScratchFolder } from '../scratch.ts';
import { DECODE, SOUND } from '../limits.ts';
import { choose, type Choice } from './choose.ts';
import { MEDIA_INPUT } from './input.ts';
import type { SoundJob } from './job.ts';
import { loudness } from './loudness.ts';
import { measure } from './measure.ts';
import { hasBrokenFragments } from './mp4-boxes.ts';
import { mp4Boxes, oggPages } from './parser.ts';
import { probe, type Probe } from './probe.ts';

/** Decoded sound: 16 kHz mono PCM of 16 bits without a head, in scratch until it is disposed of. */
export interface Sound extends AsyncDisposable {
  readonly kind: 'ok';
  readonly path: string;
  readonly folder: ScratchFolder;
  readonly durationMs: number;
  /** dBFS of each 20 ms, from −100 to 0. */
  readonly levels: Float32Array;
  /** How much of what the file says it has could not be decoded; 0 when nothing is known to be missing. */
  readonly lostMs: number;
  /** Reading ended at damage, before the file's end. */
  readonly brokenOff: boolean;
}

export type SoundOutcome =
  | Sound
  /** Neither sound nor video. */
  | { readonly kind: 'not_media' }
  /** A video without a sound track, or with one that carries nothing. */
  | { readonly kind: 'no_sound' }
  /** There is a track, but nothing of it can be decoded. */
  | { readonly kind: 'damaged' }
  | { readonly kind: 'too_long'; readonly longestMs: number }
  /** It went beyond time or memory. */
  | { readonly kind: 'too_costly' };

export interface SoundInput {
  /** The file and the scratch folder that it lies in. */
  readonly file: string;
  readonly folder: Pick<ScratchFolder, 'path' | 'bytes'>;
  readonly owner: string;
  readonly signal: AbortSignal;
}

/**
 * Decodes the sound of any audio or video file, all of it that can be decoded. Rejects with a TransientError when
 * there is no room for it; that is never the file's fault.
 */
export async function decodeSound(media: MediaParts, input: SoundInput): Promise<SoundOutcome> {
  const container = await damagedContainer(input.file);
  if (container === 'mp4') return (await decodeMended(media, input, mp4Boxes)) ?? decodeFile(media, input);
  const sound = await decodeFile(media, input);
  if (sound.kind !== 'ok' || !sound.brokenOff || container !== 'ogg') return sound;
  // Its room is needed for what comes instead.
  await sound[Symbol.asyncDispose]();
  return (await decodeMended(media, input, oggPages)) ?? decodeFile(media, input);
}

/** A file beyond its holes; null when that cannot be done. */
async function decodeMended(
  media: MediaParts,
  input: SoundInput,
  mend: typeof oggPages | typeof mp4Boxes,
): Promise<SoundOutcome | null> {
  const { size } = await stat(input.file);
  const { owner, signal } = input;
  await using folder = await media.scratch.folder(2 * size + 1024 * 1024, {
    owner,
    signal,
    beside: input.folder,
  });
  await copyFile(input.file, join(folder.path, 'broken'));
  const mended = await media.pool.run(mend, { file: 'broken', to: 'mended' }, { ...input, folder });
  if (mended.kind === 'refused' || mended.value.droppedBytes === 0) return null;
  const both = { path: folder.path, bytes: folder.bytes + input.folder.bytes };
  // Awaited here: the folder goes with this.
  return await decodeFile(media, { ...input, file: join(folder.path, 'mended'), folder: both });
}

/** A container of which what follows a hole has to be looked for: Ogg may have one, this MP4 has. Null for all others. */
async function damagedContainer(path: string): Promise<'ogg' | 'mp4' | null> {
  await using file = await open(path);
  if ((await file.stat()).size > SOUND.mostMendedBytes) return null;
  const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
  if (buffer.toString('latin1', 0, 4) === 'OggS') return 'ogg';
  return /^(ftyp|styp)$/.test(buffer.toString('latin1', 4, 8)) && (await hasBrokenFragments(path))
    ? 'mp4'
    : null;
}

async function decodeFile(media: MediaParts, input: SoundInput): Promise<SoundOutcome> {
  const job: SoundJob = { pool: media.pool, ...input };
  const found = await probe(input.file, job);
  if (typeof found === 'string') return { kind: found };
  const tracks = found.tracks.filter(({ rate }) => rate >= SOUND.lowestRate);
  const [only] = tracks;
  if (!only) return { kind: 'no_sound' };
  const { declaredMs } = found;
  if (declaredMs !== null && declaredMs > SOUND.longestMs && (await isPlausible(input.file, declaredMs)))
    return { kind: 'too_long', longestMs: SOUND.longestMs };
  const longestMs = longestOf(tracks);
  if (declaredMs !== null && declaredMs > longestMs) return { kind: 'too_costly' };
  // One channel of known length is decoded at once; for anything else it is found out first what is in it.
  if (tracks.length === 1 && only.channels === 1 && declaredMs !== null && declaredMs <= SOUND.longestMs) {
    const most = Math.ceil(declaredMs * (1 + SOUND.slackShare)) + SOUND.slackMs;
    const choice: Choice = { tracks: [{ index: only.index, channels: [0] }], gainDb: 0 };
    const sound = await decode(media, input, choice, most, found);
    if (sound !== 'longer') return sound;
  }
  const measured = await measure(input.file, tracks, longestMs, job);
  if (measured === 'too_costly') return { kind: measured };
  if (measured.durationMs > SOUND.longestMs) return { kind: 'too_long', longestMs: SOUND.longestMs };
  if (measured.durationMs > longestMs) return { kind: 'too_costly' };
  if (measured.tracks.length === 0) return { kind: 'damaged' };
  const choice = choose(measured.tracks);
  if (!choice) return { kind: 'no_sound' };
  const sound = await decode(media, input, choice, measured.durationMs + 2_000, found, measured.durationMs);
  return sound === 'longer' ? { kind: 'too_costly' } : sound;
}

/** How long these tracks may last: longer than the longest, or as long as all of their channels can be decoded. */
function longestOf(tracks: Probe['tracks']): number {
  const rate = tracks.reduce((sum, track) => sum + track.rate * track.channels, 0);
  return (SOUND.mostSamples / rate) * 1_000;
}

/** No codec needs less than 20 bytes for a second, even of silence: what says that it has more lasts less. */
const isPlausible = async (file: string, declaredMs: number): Promise<boolean> =>
  (await stat(file)).size >= (declaredMs / 1_000) * 20;

/**
 * Up to `mostMs` of sound, for which there is room; 'longer' when that was not all. `timesMs`: how far the file's own times go, where
 * it was looked through for them.
 */
async function decode(
  media: MediaParts,
  input: SoundInput,
  choice: Choice,
  mostMs: number,
  found: Probe,
  timesMs: number | null = null,
): Promise<SoundOutcome | 'longer'> {
  // What the disk rounds up.
  const folder = await media.scratch.folder(mostMs * SOUND.bytesPerMs + 1024 * 1024, {
    owner: input.owner,
    signal: input.signal,
    beside: input.folder,
  });
  let keep = false;
  try {
    const path = join(folder.path, 'sound');
    const args = [
      '-nostdin',
      '-nostats',
      '-v',
      'error',
      '-max_error_rate',
      '1',
      ...MEDIA_INPUT,
      '-i',
      input.file,
      '-filter_complex',
      graph(choice),
      '-map',
      '[sound]',
      '-ar',
      String(SOUND.rate),
      '-ac',
      '1',
      // By bytes: the times of a damaged file run ahead of its sound.
      '-fs',
      String(mostMs * SOUND.bytesPerMs),
      '-f',
      's16le',
      '-y',
      path,
    ];
    const run = () => media.pool.program('ffmpeg', args, { ...input, folder, limits: DECODE });
    let ended = await run();
    // Ended by a signal: the file's fault only if it happens again, and then what was decoded until there is kept.
    if (ended.kind === 'ended' && ended.code === null) ended = await run();
    if (ended.kind === 'refused')
      return ended.reason === 'too_costly' && ended.limit === 'scratch' ? 'longer' : { kind: 'too_costly' };
    const bytes = await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
    const durationMs = Math.floor(bytes / SOUND.bytesPerMs);
    if (durationMs === 0) return { kind: 'damaged' };
    if (durationMs >= mostMs) return 'longer';
    // Whatever the exit code: what was decoded before the damage is there. Pauses that a phone marked instead of coding
    // them are left out by ffmpeg's own decoder of AMR, which says so; nobody misses them.
    const pausesLeftOut = ['[amr', 'Not yet implemented'].every((words) => ended.stderr.includes(words));
    const expected = expectedMs(choice, found) ?? unsaidMs(found, timesMs, durationMs, ended.stderr);
    const lostMs = pausesLeftOut ? 0 : lost(expected, durationMs);
    const levels = await loudness(path);
    keep = true;
    return {
      kind: 'ok',
      path,
      folder,
      durationMs,
      levels,
      lostMs,
      brokenOff: lostMs > 0 && ended.stderr.includes(`${input.file}: Invalid data found`),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  } finally {
    if (!keep) await folder[Symbol.asyncDispose]();
  }
}

/** The tracks' channels, each to their mean, the tracks to their sum. */
function graph({ tracks, gainDb }: Choice): string {
  const each = tracks.map(({ index, channels }) => {
    const share = (1 / channels.length).toFixed(6);
    const mean = channels.map((channel) => `${share}*c${channel}`).join('+');
    return `[0:${index}]aformat=sample_fmts=fltp,pan=mono|c0=${mean}[t${index}]`;
  });
  const inputs = tracks.map(({ index }) => `[t${index}]`).join('');
  const sum =
    tracks.length > 1
      ? `amix=inputs=${tracks.length}:dropout_transition=0:normalize=0,alimiter=level=disabled,`
      : '';
  return `${each.join(';')};${inputs}${sum}volume=${gainDb}dB,aresample=${SOUND.rate}[sound]`;
}

/** How long the tracks that are taken last, as they say themselves; null when none does. */
function expectedMs(choice: Choice, { tracks }: Probe): number | null {
  const taken = new Set(choice.tracks.map(({ index }) => index));
  const told = tracks.flatMap(({ index, declaredMs }) => (taken.has(index) ? [declaredMs ?? 0] : []));
  return Math.max(0, ...told) || null;
}

/** A guess from the first frames is this wrong where frames are of many sizes. */
const GUESS_SLACK = 1.2;

/**
 * How long a file lasts that does not say it: its times go on over what is missing (a live WebM); where frames have none (MP3,
 * AAC, AC-3) and some could not be decoded, as much as its size tells, if that is far more than was.
 */
function unsaidMs(
  { tracks, guessedMs }: Probe,
  timesMs: number | null,
  decodedMs: number,
  stderr: string,
): number | null {
  // Without a word of ffmpeg's, what is missing are pauses that were not coded.
  if (tracks.length !== 1 || stderr === '') return null;
  if (guessedMs === null) return timesMs;
  const isBroken = /Error while decoding|Error submitting packet/.test(stderr);
  return isBroken && guessedMs > decodedMs * GUESS_SLACK ? guessedMs : null;
}

/** Decoders round; less than two seconds or a hundredth is no loss that anybody would notice. */
function lost(declaredMs: number | null, decodedMs: number): number {
  const missing = (declaredMs ?? 0) - decodedMs;
  return missing > Math.max(2_000, (declaredMs ?? 0) * 0.01) ? missing : 0;
}
