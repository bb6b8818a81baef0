import { DECODE, SOUND } from '../limits.ts';
import { MEDIA_INPUT } from './input.ts';
import type { SoundJob } from './job.ts';
import type { Track } from './probe.ts';

/** Loudness over the whole recording, dBFS; −Infinity for nothing. */
export interface Level {
  readonly rms: number;
  readonly peak: number;
}

export interface MeasuredTrack {
  readonly track: Track;
  readonly channels: readonly Level[];
  /** Of the mean of all channels but the bass; null for one. */
  readonly mix: Level | null;
}

export interface Measured {
  readonly tracks: readonly MeasuredTrack[];
  readonly durationMs: number;
}

/**
 * Decodes the tracks from end to end without keeping the sound, and says how loud each channel is and how long it all
 * lasts, up to the longest taken (or as long as these tracks may last) and a minute. Tracks that cannot be decoded are left out.
 */
export async function measure(
  file: string,
  tracks: readonly Track[],
  longestMs: number,
  job: SoundJob,
): Promise<Measured | 'too_costly'> {
  const mostMs = Math.min(SOUND.longestMs, longestMs) + 60_000;
  const together = await run(file, tracks, mostMs, job);
  if (together === 'too_costly' || tracks.length === 1) return together;
  if (together.tracks.length === tracks.length) return together;
  // One that cannot be decoded (a codec of tomorrow) ends the whole run: each by itself.
  const each: Measured[] = [];
  for (const track of tracks) {
    const one = await run(file, [track], mostMs, job);
    if (one === 'too_costly') return one;
    each.push(one);
  }
  return {
    tracks: each.flatMap((one) => one.tracks),
    durationMs: Math.max(0, ...each.map(({ durationMs }) => durationMs)),
  };
}

async function run(
  file: string,
  tracks: readonly Track[],
  mostMs: number,
  job: SoundJob,
): Promise<Measured | 'too_costly'> {
  // Half of what is decoded later is enough to tell how loud it is.
  const stats = 'astats=measure_perchannel=RMS_level+Peak_level:measure_overall=none';
  const graph = tracks.map((track) => {
    const from = `[0:${track.index}]aresample=8000,aformat=sample_fmts=fltp`;
    const mean = meanOf(track);
    return mean === null
      ? `${from},${stats}[o${track.index}]`
      : `${from},asplit[a${track.index}][b${track.index}];[a${track.index}]${stats}[o${track.index}];[b${track.index}]${mean},${stats}[m${track.index}]`;
  });
  const outputs = tracks.flatMap((track) => [
    `[o${track.index}]`,
    ...(meanOf(track) === null ? [] : [`[m${track.index}]`]),
  ]);
  const ended = await job.pool.program(
    'ffmpeg',
    [
      '-nostdin',
      '-nostats',
      '-v',
      'info',
      '-max_error_rate',
      '1',
      '-progress',
      'pipe:1',
      '-stats_period',
      '5',
      ...MEDIA_INPUT,
      '-i',
      file,
      '-filter_complex',
      graph.join(';'),
      ...outputs.flatMap((output) => ['-map', output]),
      '-t',
      String(Math.ceil(mostMs / 1_000)),
      '-f',
      'null',
      '-',
    ],
    { ...job, limits: DECODE, stderrBytes: 256 * 1024 },
  );
  if (ended.kind === 'refused') return 'too_costly';
  return {
    tracks: levels(ended.stderr, tracks),
    durationMs: Math.round(
      Number(
        Array.from(ended.stdout.toString('latin1').matchAll(/^out_time_us=(\d{1,18})$/gm)).at(-1)?.[1] ?? 0,
      ) / 1_000,
    ),
  };
}

/** A filter that makes the mean of a track's channels, but for the bass; null for one channel. */
function meanOf({ channels, bassChannel }: Track): string | null {
  if (channels < 2) return null;
  const meant = Array.from({ length: channels }, (_, n) => n).filter((n) => n !== bassChannel);
  return `pan=mono|c0=${meant.map((n) => `${(1 / meant.length).toFixed(6)}*c${n}`).join('+')}`;
}

/**
 * What `astats` says at the end: filters are named by their place in the graph, channels numbered from 1. Read in the
 * worker itself, and the titles and remarks of the file stand there too: every repetition has an end.
 */
function levels(stderr: string, tracks: readonly Track[]): MeasuredTrack[] {
  const found = new Map<string, { rms: number; peak: number }[]>();
  for (const [, filter = '', name = '', value = ''] of stderr.matchAll(
    /\[Parsed_astats_(\d{1,4}) @ \w{1,20}\] (Channel|RMS level dB|Peak level dB): (\S{1,20})/g,
  )) {
    const channels = found.get(filter) ?? [];
    found.set(filter, channels);
    if (name === 'Channel') channels.push({ rms: -Infinity, peak: -Infinity });
    const last = channels.at(-1);
    const level = value === '-inf' || value === 'nan' ? -Infinity : Number(value);
    if (last && name.startsWith('RMS')) last.rms = level;
    if (last && name.startsWith('Peak')) last.peak = level;
  }
  const inOrder = [...found.entries()].toSorted(([a], [b]) => Number(a) - Number(b)).map(([, each]) => each);
  let at = 0;
  return tracks.flatMap((track) => {
    const channels = inOrder[at++];
    const mean = meanOf(track) === null ? undefined : inOrder[at++];
    if (!channels || channels.length === 0) return [];
    // A stream that changes in the middle is measured anew from there: the last graph counts.
    return [{ track, channels: channels.slice(0, track.channels), mix: mean?.[0] ?? null }];
  });
}
