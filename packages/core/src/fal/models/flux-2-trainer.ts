import { flux2Lora } from './flux-2-lora.ts';
import { perStep } from './price.ts';
import { readLora, type Trainer, TRAINER_LIMITS } from './trainer.ts';

const presets = {
  fast: { steps: 600, minutes: 5 },
  balanced: { steps: 1000, minutes: 8 },
  quality: { steps: 1600, minutes: 12 },
} as const;

export const flux2Trainer: Trainer = {
  name: 'flux-2',
  endpoint: 'fal-ai/flux-2-trainer',
  role: 'trainer',
  kinds: ['portrait', 'style'],
  generator: flux2Lora,
  price: perStep(0.0064),
  limits: TRAINER_LIMITS,
  shutdown: null,
  presets,
  // This family has no trigger field; without captions it needs a default one, so the trigger goes there.
  buildInput: ({ archiveUrl, caption, preset }) => ({
    image_data_url: archiveUrl,
    steps: presets[preset].steps,
    learning_rate: 0.00005,
    default_caption: caption,
    output_lora_format: 'fal',
  }),
  readOutput: readLora,
};
