import { z } from 'zod';
import { parseJson } from './http.ts';

/** Base models between which LoRA weights cannot be exchanged. */
export type LoraBase = 'flux1' | 'flux2' | 'z-image' | 'qwen-image' | 'flux-pro';

export interface Lora {
  trainingId: string;
  base: LoraBase;
  trigger: string;
  steps: number;
  /** The training pictures as JPEG: they travel inside the weights, so that any stand-in can draw from them. */
  photos: Uint8Array[];
}

const FORMAT = 'aisha-sandbox-lora/1';

const tensorSchema = z.object({
  dtype: z.string(),
  shape: z.array(z.number()),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
});

const metadataSchema = z.object({
  format: z.literal(FORMAT),
  training_id: z.string(),
  base: z.enum(['flux1', 'flux2', 'z-image', 'qwen-image', 'flux-pro']),
  trigger: z.string(),
  steps: z.coerce.number(),
});

const headerSchema = z.looseObject({ __metadata__: metadataSchema });

/** Low-rank pairs of a few layers, named as diffusers names them. */
const LAYERS = ['0.attn.to_q', '0.attn.to_k', '0.attn.to_v', '0.attn.to_out.0'];
const RANK = 4;
const WIDTH = 64;

/**
 * A file in safetensors layout: 8 bytes of little-endian header length, the JSON header, the tensors' bytes.
 * Weights are derived from the training id, so that two trainings never give the same file.
 */
export function writeLora(lora: Lora): Buffer {
  const tensors: { name: string; dtype: string; shape: number[]; data: Uint8Array }[] = [];
  for (const layer of LAYERS) {
    for (const [side, shape] of [
      ['lora_A', [RANK, WIDTH]],
      ['lora_B', [WIDTH, RANK]],
    ] as const) {
      const name = `transformer.transformer_blocks.${layer}.${side}.weight`;
      const size = RANK * WIDTH * 2;
      tensors.push({ name, dtype: 'F16', shape: [...shape], data: noise(`${lora.trainingId}${name}`, size) });
    }
  }
  for (const [index, photo] of lora.photos.entries()) {
    tensors.push({ name: `sandbox.photo.${index}`, dtype: 'U8', shape: [photo.length], data: photo });
  }
  const header: Record<string, unknown> = {
    __metadata__: {
      format: FORMAT,
      training_id: lora.trainingId,
      base: lora.base,
      trigger: lora.trigger,
      steps: String(lora.steps),
    },
  };
  let offset = 0;
  for (const { name, dtype, shape, data } of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.length] };
    offset += data.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...tensors.map((tensor) => tensor.data)]);
}

/** null when the bytes are no LoRA that a stand-in made. */
export function readLora(bytes: Buffer): Lora | null {
  if (bytes.length < 8) return null;
  const length = bytes.readBigUInt64LE();
  if (length > BigInt(bytes.length - 8)) return null;
  const start = 8 + Number(length);
  const header = headerSchema.safeParse(parseJson(bytes.toString('utf8', 8, start)));
  if (!header.success) return null;
  const { ['__metadata__']: metadata, ...tensors } = header.data;
  const { training_id: trainingId, base, trigger, steps } = metadata;
  const photos: Uint8Array[] = [];
  for (;;) {
    const tensor = tensorSchema.safeParse(tensors[`sandbox.photo.${photos.length}`]);
    if (!tensor.success) break;
    const [from, to] = tensor.data.data_offsets;
    if (to < from || start + to > bytes.length) return null;
    photos.push(bytes.subarray(start + from, start + to));
  }
  return { trainingId, base, trigger, steps, photos };
}

/** Repeatable bytes (xorshift over a hash of the text). */
function noise(text: string, size: number): Buffer {
  let state = 2166136261;
  for (const char of text) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619);
  const bytes = Buffer.alloc(size);
  for (let index = 0; index < size; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state & 0xff;
  }
  return bytes;
}
