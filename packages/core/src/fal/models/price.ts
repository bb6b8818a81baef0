import { z } from 'zod';

export interface Price {
  /** US dollars for one unit, by the model's own page (November 2026); null where no page says: FAL_PRICES must then. */
  readonly usd: number | null;
  readonly unit: 'step' | 'megapixel' | 'image' | 'training' | 'minute';
  /** Units that FAL bills for this input, of so much sound; null when it is not an input of the model. */
  readonly units: (input: unknown, seconds: number | null) => number | null;
}

const MEGAPIXEL = 1024 * 1024;
const steps = z.object({ steps: z.number() });
const images = z.object({ num_images: z.number() });
const sized = images.extend({ image_size: z.object({ width: z.number(), height: z.number() }) });

const counted = <T>(schema: z.ZodType<T>, count: (input: T) => number): Price['units'] => {
  return (input) => {
    const parsed = schema.safeParse(input);
    return parsed.success ? count(parsed.data) : null;
  };
};

export const perStep = (usd: number, least = 0): Price => ({
  usd,
  unit: 'step',
  units: counted(steps, (input) => Math.max(input.steps, least)),
});

/** Each image's megapixels are rounded up. */
export const perMegapixel = (usd: number): Price => ({
  usd,
  unit: 'megapixel',
  units: counted(
    sized,
    ({ num_images: count, image_size: { width, height } }) => count * Math.ceil((width * height) / MEGAPIXEL),
  ),
});

export const perImage = (usd: number): Price => ({
  usd,
  unit: 'image',
  units: counted(images, (input) => input.num_images),
});

export const perTraining = (usd: number | null): Price => ({ usd, unit: 'training', units: () => 1 });

export const perMinute = (usd: number): Price => ({
  usd,
  unit: 'minute',
  units: (_, seconds) => (seconds === null ? null : seconds / 60),
});

interface Priced {
  readonly endpoint: string;
  readonly price: Price;
}

/** By endpoint, US dollars a unit: what the operator says stands before what the models' files say. */
export type OperatorsPrices = Readonly<Record<string, number>>;

export const usdPerUnit = ({ endpoint, price }: Priced, prices: OperatorsPrices): number | null =>
  prices[endpoint] ?? price.usd;

/** What FAL bills for a request that it did, in US dollars; null where the price or the input is not known. */
export function costOf(
  model: Priced,
  input: unknown,
  prices: OperatorsPrices,
  seconds: number | null = null,
): number | null {
  const usd = usdPerUnit(model, prices);
  const units = model.price.units(input, seconds);
  return usd === null || units === null ? null : usd * units;
}
