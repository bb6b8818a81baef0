import { z } from 'zod';
import { MEDIA_INPUT } from './input.ts';
import { PROBE, SOUND } from '../limits.ts';
import type { SoundJob } from './job.ts';

export interface Track {
  /** Of the stream in the file. */
  readonly index: number;
  readonly channels: number;
  readonly rate: number;
  /** The channel that carries bass alone, and is not listened to; null when none is known. */
  readonly bassChannel: number | null;
  readonly language: string | null;
  /** How long it is by itself; null when the file does not say. */
  readonly declaredMs: number | null;
}

export interface Probe {
  readonly tracks: readonly Track[];
  /** As the file says; null when it does not, or when it is a guess from its size. */
  readonly declaredMs: number | null;
  /** That guess, by how much its first frames take; null where the file says it. */
  readonly guessedMs: number | null;
}

const seconds = z.coerce.number().nonnegative().optional().catch(undefined);
/** Matroska: hours, minutes, seconds. */
const clock = z
  .string()
  .regex(/^\d{1,4}:\d{2}:\d{2}(\.\d+)?$/)
  .transform((text) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0))
  .optional()
  .catch(undefined);
const shape = z.object({
  streams: z
    .array(
      z.object({
        index: z.number().int(),
        codec_type: z.string().optional(),
        codec_name: z.string().optional(),
        sample_rate: z.coerce.number().catch(0),
        channels: z.number().int().catch(0),
        channel_layout: z.string().optional(),
        duration: seconds,
        start_time: z.coerce.number().catch(0),
        tags: z.object({ language: z.string().optional(), DURATION: clock }).optional(),
        disposition: z.object({ attached_pic: z.number() }).optional(),
      }),
    )
    .catch([]),
  format: z.object({ duration: seconds }).catch({}),
});

/** What a file is made of, by its content; null when it is no sound or video. */
export async function probe(
  file: string,
  job: SoundJob,
): Promise<Probe | 'not_media' | 'damaged' | 'too_costly'> {
  const ended = await job.pool.program(
    'ffprobe',
    [
      '-v',
      'warning',
      ...MEDIA_INPUT,
      '-show_entries',
      'stream=index,codec_type,codec_name,sample_rate,channels,channel_layout,duration,start_time:stream_tags=language,DURATION:stream_disposition=attached_pic:format=duration',
      '-of',
      'json',
      '-i',
      file,
    ],
    { ...job, limits: PROBE },
  );
  if (ended.kind === 'refused') return 'too_costly';
  // Whoever recorded it died before it wrote where its sound is.
  if (ended.code !== 0) return ended.stderr.includes('moov atom not found') ? 'damaged' : 'not_media';
  const parsed = shape.parse(JSON.parse(ended.stdout.toString('utf8')));
  const tracks = parsed.streams
    .filter(({ codec_type: type }) => type === 'audio')
    .filter(({ codec_name: codec = 'unknown' }) => !['unknown', 'none'].includes(codec))
    .filter(({ channels, sample_rate: rate }) => channels > 0 && channels <= SOUND.mostChannels && rate > 0)
    .slice(0, SOUND.mostTracks);
  const declared = Math.max(0, parsed.format.duration ?? 0, ...tracks.map(({ duration }) => duration ?? 0));
  const filmed = parsed.streams.some(
    ({ codec_type: type, disposition }) => type === 'video' && disposition?.attached_pic !== 1,
  );
  const guessed = /Estimating duration from bitrate/i.test(ended.stderr);
  const declaredMs = declared > 0 && !guessed ? Math.round(declared * 1_000) : null;
  return {
    tracks: tracks.map((track) => ({
      index: track.index,
      channels: track.channels,
      rate: track.sample_rate,
      bassChannel: bassChannel(track.channel_layout ?? ''),
      language: track.tags?.language ?? null,
      declaredMs: guessed ? null : (ownMs(track) ?? (filmed ? null : declaredMs)),
    })),
    declaredMs,
    guessedMs: declared > 0 && guessed ? Math.round(declared * 1_000) : null,
  };
}

/** A picture may go on when the sound has ended, and begin before it. */
function ownMs(track: z.output<typeof shape>['streams'][number]): number | null {
  const end = track.tags?.DURATION;
  const own = track.duration ?? (end === undefined ? undefined : end - Math.max(0, track.start_time));
  return own === undefined || own <= 0 ? null : Math.round(own * 1_000);
}

/** In ffmpeg's order of channels: front left, front right, front centre, bass, … */
function bassChannel(layout: string): number | null {
  if (!/^\d\.1/.test(layout)) return null;
  return layout.startsWith('2.1') ? 2 : 3;
}
