import type { Reduced, ReduceInput } from './answers.ts';
import { sharp } from './sharp.ts';

export async function reduce({ file, to, side }: ReduceInput): Promise<Reduced> {
  await sharp(file)
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 85 })
    .toFile(to);
  return { kind: 'reduced' };
}
