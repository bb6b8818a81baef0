import { z } from 'zod';
import { PRESETS } from '../fal/models/trainer.ts';

export const trainingInput = z.object({
  preset: z.enum(PRESETS),
  /** It is free: the training that it takes the place of came out unlike. */
  redoOf: z.uuid().optional(),
});
