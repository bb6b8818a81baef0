import { z } from 'zod';

export interface Price {
  /** US dollars for one unit, by the model's own page (November 2026); null where no page says: FAL_PRICES must then. */
  readonly usd: number | null;
  readonly unit: 'step' | 'megapixel' | 'image' | 'training' | 'minute' | 'second';
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

/** One image, its megapixels rounded up, where the request has no `num_images`. */
export const perMegapixelOfOne = (usd: number): Price => ({
  usd,
  unit: 'megapixel',
  units: counted(sized.pick({ image_size: true }), ({ image_size: { width, height } }) =>
    Math.ceil((width * height) / MEGAPIXEL),
  ),
});

/**
 * One image, and the pictures that it is drawn from, which we send at a megapixel each (`REFERENCE_PIXELS`); the first
 * megapixel counts `first` times.
 */
export const perMegapixelInAndOut = (usd: number | null, first = 1): Price => ({
  usd,
  unit: 'megapixel',
  units: counted(
    z.object({
      image_urls: z.array(z.string()),
      image_size: sized.shape.image_size,
      num_images: z.number().default(1),
    }),
    ({ image_urls: from, image_size: { width, height }, num_images: count }) =>
      first - 1 + from.length + count * Math.ceil((width * height) / MEGAPIXEL),
  ),
});

const enlarged = z.object({ upscale_factor: z.number() });
/** What is enlarged has four megapixels at most; less is billed less, which is not counted on. */
const MOST_ENLARGED = 4;

export const perMegapixelEnlarged = (usd: number | null): Price => ({
  usd,
  unit: 'megapixel',
  units: counted(enlarged, ({ upscale_factor: factor }) => MOST_ENLARGED * factor ** 2),
});

/** Of moving pictures; some models say their length as text. */
export const perSecond = (usd: number | null): Price => ({
  usd,
  unit: 'second',
  units: counted(z.object({ duration: z.coerce.number() }), ({ duration }) => duration),
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
