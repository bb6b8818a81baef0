import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MediaParts } from '../parts.ts';
import { encodeOpus } from './encode.ts';
import { MEDIA_INPUT } from './input.ts';

/** A sound as it was encoded here; of it these stretches in their order, or all of it. */
export interface Splice {
  readonly audio: Buffer;
  readonly clips: readonly { readonly startMs: number; readonly endMs: number }[] | null;
}

/** Stretches of sounds one after the other, with this much silence between two, as OGG/Opus. Memory: the answer's size. */
export async function spliceSound(
  media: MediaParts,
  splices: readonly Splice[],
  gapMs: number,
  { owner, signal }: { readonly owner: string; readonly signal: AbortSignal },
): Promise<Buffer> {
  const bytes = splices.reduce((sum, { audio }) => sum + audio.length, 0);
  await using folder = await media.scratch.folder(bytes + 1024 * 1024, { owner, signal });
  const inputs: string[] = [];
  const cuts: string[] = [];
  for (const [n, { audio, clips }] of splices.entries()) {
    const file = join(folder.path, `${n}.ogg`);
    await writeFile(file, audio);
    inputs.push(...MEDIA_INPUT, '-i', file);
    for (const clip of clips ?? [null]) {
      const trim = clip
        ? `atrim=start=${clip.startMs / 1_000}:end=${clip.endMs / 1_000},asetpts=PTS-STARTPTS,`
        : '';
      cuts.push(`[${n}:a]${trim}aresample=16000,apad=pad_dur=${gapMs / 1_000}[c${cuts.length}]`);
    }
  }
  const last = cuts.length - 1;
  // Nothing is added after the last one.
  cuts[last] = (cuts[last] ?? '').replace(/,apad=pad_dur=[\d.]+/, '');
  const graph = `${cuts.join(';')};${cuts.map((_, n) => `[c${n}]`).join('')}concat=n=${cuts.length}:v=0:a=1[out]`;
  // Awaited here: the folder goes with this function.
  return await encodeOpus(media, [...inputs, '-filter_complex', graph, '-map', '[out]', '-ac', '1'], {
    folder,
    owner,
    signal,
  });
}
