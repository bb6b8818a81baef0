import { fluxLora } from './flux-lora.ts';
import { perStep } from './price.ts';
import { readLora, type Trainer, TRAINER_LIMITS } from './trainer.ts';

// The page defaults to 2,500 steps.
const presets = {
  fast: { steps: 1000, minutes: 4 },
  balanced: { steps: 1800, minutes: 7 },
  quality: { steps: 2500, minutes: 10 },
} as const;

export const fluxLoraPortraitTrainer: Trainer = {
  name: 'flux-lora-portrait',
  endpoint: 'fal-ai/flux-lora-portrait-trainer',
  role: 'trainer',
  kinds: ['portrait'],
  generator: fluxLora,
  price: perStep(0.0024, 1000),
  limits: TRAINER_LIMITS,
  shutdown: null,
  presets,
  buildInput: ({ archiveUrl, trigger, preset }) => ({
    images_data_url: archiveUrl,
    trigger_phrase: trigger,
    steps: presets[preset].steps,
    learning_rate: 0.00009,
    multiresolution_training: true,
    subject_crop: true,
    create_masks: false,
  }),
  readOutput: readLora,
};
