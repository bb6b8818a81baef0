import { z } from 'zod';
import { expect } from 'vitest';
import { SANDBOX_FAL_KEY, startFalSandbox, type FalSandbox } from '../server.ts';
import { clientOf, photoZip } from '../testing.ts';

export const fileSchema = z.object({
  url: z.string(),
  file_size: z.number(),
  content_type: z.string(),
  file_name: z.string(),
});
export const loraSchema = z.strictObject({ diffusers_lora_file: fileSchema, config_file: fileSchema });
export const imageSchema = z.strictObject({
  url: z.string(),
  width: z.int(),
  height: z.int(),
  content_type: z.string(),
});
export const fullSchema = z.strictObject({
  images: z.array(imageSchema),
  timings: z.object({ inference: z.number() }),
  seed: z.int(),
  has_nsfw_concepts: z.array(z.boolean()),
  prompt: z.string(),
});

/** A 422 with just this one complaint. */
export const detail = (type: string, loc: (string | number)[]) => ({
  status: 422,
  body: { detail: [expect.objectContaining({ type, loc, msg: expect.any(String) })] },
});

export interface ModelBench {
  sandbox: FalSandbox;
  /** A model run to its end, by the synchronous road: status and body as they are. */
  run(model: string, input: object): Promise<{ status: number; body: unknown }>;
  upload(bytes: Buffer, type?: string): Promise<string>;
  /** The address of the weights of a small training. */
  trainLora(model?: string, extra?: object): Promise<string>;
}

/** A stand-in whose models take next to no time, and the short ways to use them. */
export async function startModelBench(): Promise<ModelBench> {
  const sandbox = await startFalSandbox({
    settings: { timing: { trainingSeconds: 0.05, imageSeconds: 0, queueSeconds: 0 }, concurrency: 8 },
  });
  const run: ModelBench['run'] = async (model, input) => {
    const response = await fetch(`${sandbox.url}/fal.run/${model}`, {
      method: 'POST',
      headers: { authorization: `Key ${SANDBOX_FAL_KEY}` },
      body: JSON.stringify(input),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const upload: ModelBench['upload'] = (bytes, type = 'application/zip') =>
    clientOf(sandbox.url).storage.upload(new Blob([new Uint8Array(bytes)], { type }));
  return {
    sandbox,
    run,
    upload,
    async trainLora(model = 'fal-ai/flux-lora-portrait-trainer', extra = {}) {
      const archive = await upload(await photoZip(4));
      const field = /flux-2|z-image|qwen/u.test(model) ? 'image_data_url' : 'images_data_url';
      const answer = await run(model, { [field]: archive, ...extra });
      return loraSchema.parse(answer.body).diffusers_lora_file.url;
    },
  };
}

export async function bytesOf(url: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}
