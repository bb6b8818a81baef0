import { fluxLora } from './flux-lora.ts';
import { perStep } from './price.ts';
import { readLora, type Trainer, TRAINER_LIMITS } from './trainer.ts';

const presets = {
  fast: { steps: 600, minutes: 2 },
  balanced: { steps: 1000, minutes: 4 },
  quality: { steps: 1500, minutes: 6 },
} as const;

/** Trains persons and things too; we train styles with it. */
export const fluxLoraFastTraining: Trainer = {
  name: 'flux-lora-style',
  endpoint: 'fal-ai/flux-lora-fast-training',
  role: 'trainer',
  kinds: ['style'],
  generator: fluxLora,
  price: perStep(0.002),
  limits: TRAINER_LIMITS,
  shutdown: null,
  presets,
  buildInput: ({ archiveUrl, trigger, preset }) => ({
    images_data_url: archiveUrl,
    trigger_word: trigger,
    steps: presets[preset].steps,
    is_style: true,
    create_masks: false,
  }),
  readOutput: readLora,
};
