import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { z } from 'zod';
import { fail } from '../outcome.ts';
import { boolean, choice, integer, number, optional, or, text, url } from './fields.ts';
import { defineModel, type Model, type ModelRun } from './model.ts';
import { loadPicture } from './pictures.ts';

const execute = promisify(execFile);
const FRAMES_PER_SECOND = 12;
const LONGEST_SIDE = 720;

interface Clip {
  picture: Buffer;
  audio: Buffer | null;
  /** Without a given length the clip is as long as its sound, up to `longest`. */
  seconds: number | null;
  longest?: number;
}

/** A slow zoom on the picture as a real MP4, with the sound if there is one. */
async function film(clip: Clip, run: ModelRun): Promise<{ bytes: Buffer; seconds: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fal-video-'));
  const file = (name: string): string => path.join(folder, name);
  try {
    // H.264 wants even sides.
    const image = sharp(clip.picture).resize(LONGEST_SIDE, LONGEST_SIDE, { fit: 'inside' });
    const { data, info } = await image.png().toBuffer({ resolveWithObject: true });
    const [width, height] = [info.width - (info.width % 2), info.height - (info.height % 2)];
    await writeFile(file('in.png'), data);
    if (clip.audio !== null) await writeFile(file('in.audio'), clip.audio);
    const seconds = clip.seconds ?? (await lengthOf(file('in.audio'), clip.longest ?? Infinity, run));
    const frames = Math.max(1, Math.round(seconds * FRAMES_PER_SECOND));
    const zoom = `zoompan=z='1+0.1*on/${frames}':d=${frames}:s=${width}x${height}:fps=${FRAMES_PER_SECOND}`;
    const sound = clip.audio === null ? [] : ['-i', file('in.audio'), '-c:a', 'aac'];
    const video = ['-vf', zoom, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
    const output = ['-t', String(seconds), '-movflags', '+faststart', file('out.mp4')];
    await execute('ffmpeg', ['-v', 'error', '-y', '-i', file('in.png'), ...sound, ...video, ...output], {
      signal: run.signal,
    });
    return { bytes: await readFile(file('out.mp4')), seconds };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function lengthOf(file: string, longest: number, run: ModelRun): Promise<number> {
  const options = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file];
  const probed = await execute('ffprobe', options, { signal: run.signal }).catch(() => ({ stdout: '' }));
  const seconds = Number.parseFloat(probed.stdout);
  if (!(seconds > 0)) {
    throw fail('unsupported_audio_format', ['body', 'audio_url'], 'The audio could not be read');
  }
  if (seconds > longest) {
    throw fail('audio_duration_too_long', ['body', 'audio_url'], `The audio is longer than ${longest} s`, {
      ctx: { max_duration: longest, provided_duration: seconds },
    });
  }
  return seconds;
}

async function publishFilm(clip: Clip, run: ModelRun): Promise<{ video: object; duration: number }> {
  const [{ bytes, seconds }] = await Promise.all([film(clip, run), run.wait(run.seconds)]);
  await run.reach(1);
  const slot = await run.saveFile('output.mp4', 'video/mp4', bytes);
  const video = {
    url: slot.url,
    content_type: 'video/mp4',
    file_name: slot.fileName,
    file_size: bytes.length,
  };
  return { video, duration: seconds };
}

/** Speaking pictures: as long as their sound. */
function talkingPicture(longest: number): Model {
  const schema = z.object({
    image_url: url,
    audio_url: url,
    prompt: or(text, '.'),
    resolution: or(choice('720p', '1080p'), '1080p'),
    turbo_mode: or(boolean, false),
  });
  return defineModel('image', schema, async (input, run) => {
    const { bytes: picture } = await loadPicture(input.image_url, ['body', 'image_url'], run);
    const audio = await run.fetchFile(input.audio_url, ['body', 'audio_url']);
    return publishFilm({ picture, audio, seconds: null, longest }, run);
  });
}

/** Moving pictures. The name of the image field changes between versions of one family; lengths are strings. */
function movingPicture(options: {
  field: 'image_url' | 'start_image_url' | 'subject_reference_image_url';
  durations: readonly [string, ...string[]];
  promptNeeded: boolean;
}): Model {
  const [shortest] = options.durations;
  const image = (name: string) => (name === options.field ? url : optional(url));
  const schema = z.object({
    image_url: image('image_url'),
    start_image_url: image('start_image_url'),
    subject_reference_image_url: image('subject_reference_image_url'),
    prompt: options.promptNeeded ? text : optional(text),
    duration: or(choice(...options.durations), options.durations.includes('5') ? '5' : shortest),
    negative_prompt: optional(text),
    cfg_scale: or(number(0, 1), 0.5),
    generate_audio: or(boolean, true),
    prompt_optimizer: or(boolean, true),
  });
  return defineModel('image', schema, async (input, run) => {
    const address = input[options.field] ?? '';
    const { bytes: picture } = await loadPicture(address, ['body', options.field], run);
    const { video } = await publishFilm({ picture, audio: null, seconds: Number(input.duration) }, run);
    return { video };
  });
}

/** Of this family a length is a number, and one beyond ten seconds is had at 25 frames and 1080p alone. */
const ltx = defineModel(
  'image',
  z
    .object({
      image_url: url,
      prompt: text,
      duration: or(integer(6, 20), 6),
      resolution: or(choice('1080p', '1440p', '2160p'), '1080p'),
      fps: or(integer(24, 50), 25),
      aspect_ratio: or(choice('auto', '16:9', '9:16'), 'auto'),
      generate_audio: or(boolean, true),
      end_image_url: optional(url),
    })
    .refine(({ duration, fps, resolution }) => duration <= 10 || (fps === 25 && resolution === '1080p')),
  async (input, run) => {
    const { bytes: picture } = await loadPicture(input.image_url, ['body', 'image_url'], run);
    const { video } = await publishFilm({ picture, audio: null, seconds: input.duration }, run);
    return { video };
  },
);

const THREE_TO_FIFTEEN = ['3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15'] as const;
const kling3 = movingPicture({ field: 'start_image_url', durations: THREE_TO_FIFTEEN, promptNeeded: false });
const hailuo = movingPicture({ field: 'image_url', durations: ['6', '10'], promptNeeded: true });

/** Section 3.11. */
export const videos: Record<string, Model> = {
  'fal-ai/kling-video/ai-avatar/v2/standard': talkingPicture(60),
  'fal-ai/kling-video/ai-avatar/v2/pro': talkingPicture(60),
  'fal-ai/bytedance/omnihuman/v1.5': talkingPicture(30),
  'fal-ai/kling-video/v3/standard/image-to-video': kling3,
  'fal-ai/kling-video/v3/pro/image-to-video': kling3,
  'fal-ai/kling-video/v2.6/pro/image-to-video': movingPicture({
    field: 'start_image_url',
    durations: ['5', '10'],
    promptNeeded: true,
  }),
  'fal-ai/kling-video/v2.5-turbo/pro/image-to-video': movingPicture({
    field: 'image_url',
    durations: ['5', '10'],
    promptNeeded: true,
  }),
  'fal-ai/ltx-2.3/image-to-video/fast': ltx,
  'fal-ai/minimax/hailuo-2.3/standard/image-to-video': hailuo,
  'fal-ai/minimax/hailuo-02/standard/image-to-video': hailuo,
  'fal-ai/minimax/video-01-subject-reference': movingPicture({
    field: 'subject_reference_image_url',
    durations: ['6'],
    promptNeeded: true,
  }),
};
