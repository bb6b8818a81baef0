import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readTrainingArchive, type ArchiveRules, type TrainingImage } from '../archive.ts';
import { writeLora, type LoraBase } from '../lora.ts';
import { fail } from '../outcome.ts';
import { boolean, choice, integer, number, optional, or, text, url } from './fields.ts';
import { defineModel, type Model, type ModelRun } from './model.ts';
import { progressBar } from './progress.ts';

const DRAWN_PHOTOS = 20;
const steps = (fallback: number) => or(integer(1, 10_000), fallback);

interface Training {
  archiveUrl: string;
  archiveField: 'images_data_url' | 'image_data_url' | 'data_url';
  trigger: string;
  steps: number;
  base: LoraBase;
  rules?: Partial<ArchiveRules>;
  /** The flux-2 family: a picture with neither caption fails the training. */
  captionNeeded?: boolean;
  defaultCaption?: string | null;
  pairs?: boolean;
}

interface Trained {
  id: string;
  weights: Buffer;
  images: TrainingImage[];
  captions: Record<string, string>;
}

/** Fetches and opens the archive, complains as the trainers do, takes its time, and ends in weights. */
async function train(training: Training, run: ModelRun): Promise<Trained> {
  const loc = ['body', training.archiveField];
  run.log('Downloading training data');
  const archive = await run.fetchFile(training.archiveUrl, loc);
  const images = await readTrainingArchive(archive, loc, {
    minimum: training.pairs === true ? 2 : run.settings.minimumImages,
    maximum: 2000,
    ...training.rules,
  });
  run.log(`Found ${images.length} images`);
  if (training.pairs === true) checkPairs(images, loc);
  const captions = captionImages(images, training, loc);
  run.log('Preprocessing images');
  await work(training.steps, run);
  const id = randomUUID();
  const photos = images.slice(0, DRAWN_PHOTOS).map((image) => image.jpeg);
  const { base, trigger, steps: count } = training;
  run.log('Saving LoRA weights');
  return {
    id,
    weights: writeLora({ trainingId: id, base, trigger, steps: count, photos }),
    images,
    captions,
  };
}

function captionImages(images: TrainingImage[], training: Training, loc: string[]): Record<string, string> {
  const captions: Record<string, string> = {};
  for (const image of images) {
    const written = image.caption?.replaceAll('[trigger]', training.trigger);
    const caption = written ?? training.defaultCaption ?? null;
    if (caption === null && training.captionNeeded === true) {
      const msg = `Image ${image.name} has no caption and default_caption is not set`;
      throw fail('value_error', loc, msg, { ctx: { file_name: image.name } });
    }
    captions[image.name] = caption ?? training.trigger;
  }
  return captions;
}

function checkPairs(images: TrainingImage[], loc: string[]): void {
  const names = new Set(images.map((image) => image.name.replace(/\.\w+$/u, '')));
  for (const name of names) {
    const partner = /_start\d?$/u.test(name)
      ? name.replace(/_start\d?$/u, '_end')
      : name.replace(/_end$/u, '_start');
    if (partner !== name && names.has(partner)) continue;
    throw fail('invalid_archive', loc, `Image ${name} has no pair: ROOT_start and ROOT_end are needed`, {
      ctx: { supported_extensions: ['.zip'] },
    });
  }
}

/** Steps with the progress bar that the trainers print (tqdm's), about one line every half second. */
async function work(count: number, run: ModelRun): Promise<void> {
  const lines = Math.min(20, Math.max(6, Math.round(run.seconds * 2)));
  for (let line = 0; line <= lines; line += 1) {
    run.log(progressBar(Math.round((count * line) / lines), count), 'STDERR');
    await run.reach(line / lines);
    if (line < lines) await run.wait(run.seconds / lines);
  }
}

async function loraOutput(trained: Trained, training: object, run: ModelRun, weightsField: string) {
  const weights = await run.saveFile(
    'pytorch_lora_weights.safetensors',
    'application/octet-stream',
    trained.weights,
  );
  const config = Buffer.from(
    JSON.stringify({ ...training, image_count: trained.images.length, captions: trained.captions }, null, 2),
  );
  const configFile = await run.saveFile('config.json', 'application/json', config);
  return {
    [weightsField]: describeFile(weights, trained.weights.length),
    config_file: describeFile(configFile, config.length),
  };
}

function describeFile(slot: { url: string; fileName: string; contentType: string }, size: number): object {
  return { url: slot.url, content_type: slot.contentType, file_name: slot.fileName, file_size: size };
}

const portraitTrainer = defineModel(
  'training',
  z.object({
    images_data_url: url,
    trigger_phrase: optional(text),
    learning_rate: or(number(1e-6, 1e-3), 0.00009),
    steps: steps(2500),
    multiresolution_training: or(boolean, true),
    subject_crop: or(boolean, true),
    create_masks: or(boolean, false),
    data_archive_format: optional(text),
    resume_from_checkpoint: or(text, ''),
  }),
  async (input, run) => {
    const trigger = input.trigger_phrase ?? '';
    const trained = await train(
      {
        archiveUrl: input.images_data_url,
        archiveField: 'images_data_url',
        trigger,
        steps: input.steps,
        base: 'flux1',
      },
      run,
    );
    return loraOutput(trained, input, run, 'diffusers_lora_file');
  },
);

const fastTraining = defineModel(
  'training',
  z.object({
    images_data_url: url,
    trigger_word: optional(text),
    steps: steps(1000),
    create_masks: or(boolean, true),
    is_style: or(boolean, false),
    is_input_format_already_preprocessed: or(boolean, false),
    data_archive_format: optional(text),
  }),
  async (input, run) => {
    const trained = await train(
      {
        archiveUrl: input.images_data_url,
        archiveField: 'images_data_url',
        trigger: input.trigger_word ?? '',
        steps: input.steps,
        base: 'flux1',
        rules: { companion: /_mask\.\w+$/u },
      },
      run,
    );
    return loraOutput(trained, input, run, 'diffusers_lora_file');
  },
);

const turboTrainer = defineModel(
  'training',
  z.object({
    images_data_url: url,
    trigger_phrase: or(text, 'ohwx'),
    steps: steps(1000),
    learning_rate: or(number(), 0.00115),
    training_style: or(choice('subject', 'style'), 'subject'),
    face_crop: or(boolean, true),
  }),
  async (input, run) => {
    const { images_data_url: archiveUrl, trigger_phrase: trigger } = input;
    const trained = await train(
      { archiveUrl, archiveField: 'images_data_url', trigger, steps: input.steps, base: 'flux1' },
      run,
    );
    return loraOutput(trained, input, run, 'diffusers_lora_file');
  },
);

/** The newer family: `image_data_url`, captions or `default_caption`, no trigger. */
function captionTrainer(options: {
  base: LoraBase;
  steps: number;
  rate: number;
  captionNeeded: boolean;
  pairs?: boolean;
  weightsField?: string;
  withTrigger?: boolean;
}): Model {
  const schema = z.object({
    image_data_url: url,
    default_caption: optional(text),
    steps: steps(options.steps),
    learning_rate: or(number(), options.rate),
    output_lora_format: or(choice('fal', 'comfy'), 'fal'),
    training_type: or(choice('content', 'style', 'balanced'), 'balanced'),
    trigger_phrase: or(text, ''),
  });
  return defineModel('training', schema, async (input, run) => {
    const trained = await train(
      {
        archiveUrl: input.image_data_url,
        archiveField: 'image_data_url',
        trigger: options.withTrigger === true ? input.trigger_phrase : '',
        steps: input.steps,
        base: options.base,
        captionNeeded: options.captionNeeded,
        defaultCaption: input.default_caption ?? null,
        pairs: options.pairs === true,
      },
      run,
    );
    return loraOutput(trained, input, run, options.weightsField ?? 'diffusers_lora_file');
  });
}

const fluxProTrainer = defineModel(
  'training',
  z.object({
    data_url: url,
    finetune_comment: text,
    mode: or(choice('character', 'product', 'style', 'general'), 'character'),
    iterations: or(integer(100), 300),
    priority: or(choice('speed', 'quality', 'high_res_only'), 'quality'),
    captioning: or(boolean, true),
    trigger_word: or(text, 'TOK'),
    lora_rank: or(integer(16, 32), 32),
    finetune_type: or(choice('full', 'lora'), 'full'),
    learning_rate: optional(number()),
  }),
  async (input, run) => {
    const { data_url: archiveUrl, trigger_word: trigger, iterations } = input;
    const rules = { minimum: 1, maximum: 20 };
    const trained = await train(
      { archiveUrl, archiveField: 'data_url', trigger, steps: iterations, base: 'flux-pro', rules },
      run,
    );
    await run.saveFinetune(trained.id, trained.weights);
    return { finetune_id: trained.id };
  },
);

const flux2 = { base: 'flux2', steps: 1000, rate: 0.00005, captionNeeded: true } as const;
const qwen = { base: 'qwen-image', steps: 2000, rate: 0.0005, captionNeeded: false } as const;
const zImage = { base: 'z-image', steps: 1000, rate: 0.0001, captionNeeded: false } as const;

/** Sections 3.3, 3.5 and 3.6. */
export const trainers: Record<string, Model> = {
  'fal-ai/flux-lora-portrait-trainer': portraitTrainer,
  'fal-ai/flux-lora-fast-training': fastTraining,
  'fal-ai/flux-krea-trainer': fastTraining,
  'fal-ai/turbo-flux-trainer': turboTrainer,
  'fal-ai/flux-2-trainer': captionTrainer(flux2),
  'fal-ai/flux-2-trainer/edit': captionTrainer({ ...flux2, pairs: true }),
  'fal-ai/flux-2-trainer-v2': captionTrainer(flux2),
  'fal-ai/flux-2-trainer-v2/edit': captionTrainer({ ...flux2, pairs: true }),
  'fal-ai/flux-2-klein-9b-base-trainer': captionTrainer(flux2),
  'fal-ai/flux-2-klein-9b-base-trainer/edit': captionTrainer({ ...flux2, pairs: true }),
  'fal-ai/flux-kontext-trainer': captionTrainer({ ...flux2, base: 'flux1', rate: 0.0001, pairs: true }),
  'fal-ai/z-image-trainer': captionTrainer(zImage),
  'fal-ai/z-image-turbo-trainer-v2': captionTrainer({ ...zImage, steps: 2000, rate: 0.0005 }),
  'fal-ai/qwen-image-trainer': captionTrainer({
    ...qwen,
    steps: 1000,
    weightsField: 'lora_file',
    withTrigger: true,
  }),
  'fal-ai/qwen-image-trainer-v2': captionTrainer(qwen),
  'fal-ai/qwen-image-2512-trainer': captionTrainer(qwen),
  'fal-ai/qwen-image-edit-2509-trainer': captionTrainer({ ...qwen, pairs: true }),
  'fal-ai/flux-pro-trainer': fluxProTrainer,
};
