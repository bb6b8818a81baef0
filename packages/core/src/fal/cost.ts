import { z } from 'zod';

type Price =
  | { readonly usdPerStep: number; readonly leastSteps: number }
  | { readonly usdPerMegapixel: number };

// By the models' own pages, November 2026. For what FAL has withdrawn no price is known.
const PRICES: Readonly<Record<string, Price>> = {
  'fal-ai/flux-lora-portrait-trainer': { usdPerStep: 0.0024, leastSteps: 1000 },
  'fal-ai/flux-lora-fast-training': { usdPerStep: 0.002, leastSteps: 0 },
  'fal-ai/flux-2-trainer': { usdPerStep: 0.0064, leastSteps: 0 },
  'fal-ai/flux-lora': { usdPerMegapixel: 0.035 },
  'fal-ai/flux-2/lora': { usdPerMegapixel: 0.021 },
};

const MEGAPIXEL = 1024 * 1024;
const training = z.object({ steps: z.number() });
const drawing = z.object({
  num_images: z.number(),
  image_size: z.object({ width: z.number(), height: z.number() }),
});

interface Billed {
  /** FAL's endpoint id, and what was sent there. */
  readonly model: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Simulated: FAL knows nothing of it. */
  readonly test: boolean;
}

/** What FAL bills for a request that it did, in US dollars; null where the price is not known. A picture's megapixels are rounded up. */
export function falCost({ model, input, test }: Billed): number | null {
  if (test) return 0;
  const price = PRICES[model];
  if (!price) return null;
  if ('usdPerStep' in price) {
    const asked = training.safeParse(input);
    return asked.success ? Math.max(asked.data.steps, price.leastSteps) * price.usdPerStep : null;
  }
  const asked = drawing.safeParse(input);
  if (!asked.success) return null;
  const { num_images: count, image_size: size } = asked.data;
  return count * Math.ceil((size.width * size.height) / MEGAPIXEL) * price.usdPerMegapixel;
}
