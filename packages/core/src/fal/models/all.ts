import type { Animator } from './animator.ts';
import { auraSr } from './aura-sr.ts';
import { clarityUpscaler } from './clarity-upscaler.ts';
import type { Editor } from './editor.ts';
import { flux2Edit } from './flux-2-edit.ts';
import { flux2ProEdit } from './flux-2-pro-edit.ts';
import { fluxKontext } from './flux-kontext.ts';
import { fluxPulid } from './flux-pulid.ts';
import { gptImage2Edit } from './gpt-image-2-edit.ts';
import { ideogramCharacter } from './ideogram-character.ts';
import { instantCharacter } from './instant-character.ts';
import { kling25Video } from './kling-2-5-video.ts';
import { ltx23Video } from './ltx-2-3-video.ts';
import { nanoBanana2Edit } from './nano-banana-2-edit.ts';
import { nanoBananaProEdit } from './nano-banana-pro-edit.ts';
import { seedream45Edit } from './seedream-4-5-edit.ts';
import { seedvrUpscale } from './seedvr-upscale.ts';
import type { Upscaler } from './upscaler.ts';
import { flux2Lora } from './flux-2-lora.ts';
import { flux2Trainer } from './flux-2-trainer.ts';
import { fluxLoraFastTraining } from './flux-lora-fast-training.ts';
import { fluxLoraPortraitTrainer } from './flux-lora-portrait-trainer.ts';
import { fluxLora } from './flux-lora.ts';
import { fluxProTrainer } from './flux-pro-trainer.ts';
import { fluxProUltraFinetuned } from './flux-pro-ultra-finetuned.ts';
import { fluxProUltra } from './flux-pro-ultra.ts';
import { falScribeV2 } from './fal-scribe-v2.ts';
import type { Generator } from './generator.ts';
import type { SpeechModel } from './speech-model.ts';
import type { Trainer } from './trainer.ts';

export type FalModel = Trainer | Generator | Editor | Upscaler | Animator | SpeechModel;

/** Every model that Aisha knows, one line each. Names and endpoints of models stand in this folder alone. */
export const MODELS: readonly FalModel[] = [
  fluxLoraPortraitTrainer,
  fluxLoraFastTraining,
  flux2Trainer,
  fluxProTrainer,
  fluxLora,
  flux2Lora,
  fluxProUltraFinetuned,
  fluxProUltra,
  nanoBanana2Edit,
  nanoBananaProEdit,
  flux2ProEdit,
  flux2Edit,
  seedream45Edit,
  gptImage2Edit,
  fluxKontext,
  fluxPulid,
  instantCharacter,
  ideogramCharacter,
  seedvrUpscale,
  clarityUpscaler,
  auraSr,
  ltx23Video,
  kling25Video,
  falScribeV2,
];
