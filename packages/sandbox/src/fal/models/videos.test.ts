import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { photo } from '../testing.ts';
import { bytesOf, detail, fileSchema, startModelBench, type ModelBench } from './testing.ts';

let bench: ModelBench;

beforeAll(async () => {
  bench = await startModelBench();
});
afterEach(() => bench.sandbox.control.clearFaults());
afterAll(() => bench.sandbox.close());

test(
  'films: string lengths, the field of each version, as long as the sound',
  { timeout: 60_000 },
  async () => {
    const face = await bench.upload(await photo('#3366cc', 300), 'image/jpeg');
    const filmSchema = z.strictObject({ video: fileSchema, duration: z.number().optional() });
    const kling = 'fal-ai/kling-video/v3/standard/image-to-video';
    const film = filmSchema.parse((await bench.run(kling, { start_image_url: face, duration: '3' })).body);
    const bytes = await bytesOf(film.video.url);
    expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
    expect(bytes.length).toBe(film.video.file_size);
    expect(await bench.run(kling, { image_url: face })).toMatchObject(
      detail('missing', ['body', 'start_image_url']),
    );
    expect(await bench.run(kling, { start_image_url: face, duration: 5 })).toMatchObject(
      detail('one_of', ['body', 'duration']),
    );

    const wav = Buffer.alloc(44 + 16_000);
    wav.write('RIFF', 0);
    wav.writeUInt32LE(36 + 16_000, 4);
    wav.write('WAVEfmt ', 8);
    wav.writeUInt32LE(16, 16);
    wav.writeUInt16LE(1, 20);
    wav.writeUInt16LE(1, 22);
    wav.writeUInt32LE(8000, 24);
    wav.writeUInt32LE(8000, 28);
    wav.writeUInt16LE(1, 32);
    wav.writeUInt16LE(8, 34);
    wav.write('data', 36);
    wav.writeUInt32LE(16_000, 40);
    const avatar = 'fal-ai/kling-video/ai-avatar/v2/standard';
    const sound = await bench.upload(wav, 'audio/wav');
    const spoken = filmSchema.parse((await bench.run(avatar, { image_url: face, audio_url: sound })).body);
    expect(spoken.duration).toBeCloseTo(2, 1);
    expect(
      await bench.run(avatar, { image_url: face, audio_url: face.replace(/\/[^/]+$/u, '/none') }),
    ).toMatchObject(detail('file_download_error', ['body', 'audio_url']));
  },
);
