import { z } from 'zod';
import { fluxProUltraFinetuned } from './flux-pro-ultra-finetuned.ts';
import { perTraining } from './price.ts';
import { type Trainer, TRAINER_LIMITS } from './trainer.ts';

const output = z.object({ finetune_id: z.string().min(1) });

/** Withdrawn by FAL for new training, and its price with it; kept for servers that still offer it. */
export const fluxProTrainer: Trainer = {
  name: 'flux-pro',
  endpoint: 'fal-ai/flux-pro-trainer',
  role: 'trainer',
  kinds: ['portrait', 'style'],
  generator: fluxProUltraFinetuned,
  price: perTraining(null),
  limits: TRAINER_LIMITS,
  shutdown: 'withdrawn',
  presets: {
    fast: { steps: 300, minutes: 5 },
    balanced: { steps: 500, minutes: 10 },
    quality: { steps: 1000, minutes: 20 },
  },
  trigger: ({ triggerWord }) => triggerWord,
  buildInput: ({ archiveUrl, comment, trigger }, settings) => ({
    data_url: archiveUrl,
    finetune_comment: comment,
    mode: settings.mode,
    iterations: settings.iterations,
    priority: settings.priority,
    captioning: true,
    trigger_word: trigger,
    lora_rank: settings.loraRank,
    finetune_type: settings.finetuneType,
  }),
  readOutput(answer) {
    const parsed = output.safeParse(answer);
    return parsed.success ? { kind: 'id', id: parsed.data.finetune_id } : null;
  },
};
