import { z } from 'zod';
import { boolean, httpUrl, integer, json } from '../variables.ts';
import { group } from './group.ts';

export interface FalConfig {
  /** null only in test mode. */
  apiKey: string | null;
  /** Training and generation are simulated and cost nothing; the user is told. */
  testMode: boolean;
  queueUrl: string;
  restUrl: string;
  /** null: no public address, results are found by polling alone. */
  webhook: { statusUrl: string; portraitUrl: string } | null;
  /** The servers are not FAL's own: their plain-http and private addresses are accepted for files too. */
  elsewhere: boolean;
  /** Which catalogue rows train new avatars, and draw where no avatar is in the image. */
  models: {
    portrait: string;
    style: string;
    /** Without an avatar; `…Best` where the person chose quality. */
    image: string;
    imageBest: string;
    /** People from their photos, without a training. */
    instant: string;
    instantBest: string;
    edit: string;
    upscale: string;
    video: string;
  };
  /** By FAL's endpoint id, US dollars for one unit (step, megapixel, image, training, second): stands before ours. */
  prices: Readonly<Record<string, number>>;
  /** Operators hear of it when less is left on the account. */
  balanceAlarmUsd: number;
  /** Inputs of the withdrawn fal-ai/flux-pro-trainer. */
  legacy: {
    mode: string;
    iterations: number;
    priority: string;
    triggerWord: string;
    loraRank: number;
    finetuneType: string;
  };
}

/** Test mode and models, for processes that only have to tell of them. Test mode is refused in production unless allowed aloud. */
export const falModeGroup = group({
  title: 'FAL AI: modes',
  variables: {
    FAL_TRAINING_TEST_MODE: {
      schema: boolean(false),
      doc: 'Simulates training and generation: costs nothing, and the user is told that it is a test.',
      expected: 'true or false',
      example: 'false',
    },
    FAL_TEST_MODE_IN_PRODUCTION: {
      schema: boolean(false),
      doc: 'Allows FAL_TRAINING_TEST_MODE with ENVIRONMENT=production.',
      expected: 'true or false',
    },
    AVATAR_PORTRAIT_MODEL: {
      schema: z.string().default('flux-lora-portrait'),
      doc: 'Catalogue row that trains portraits: flux-lora-portrait, flux-2 or flux-pro (withdrawn by FAL).',
      expected: 'a row of the model catalogue',
    },
    AVATAR_STYLE_MODEL: {
      schema: z.string().default('flux-lora-style'),
      doc: 'Catalogue row that trains styles.',
      expected: 'a row of the model catalogue',
    },
    IMAGE_MODEL: {
      schema: z.string().default('flux-lora'),
      doc: 'Catalogue row that draws images without an avatar.',
      expected: 'a row of the model catalogue',
    },
    IMAGE_MODEL_BEST: {
      schema: z.string().default('flux-pro-ultra'),
      doc: 'The same where the person asks for the best quality (PRICE_IMAGE_BEST).',
      expected: 'a row of the model catalogue',
    },
    AVATAR_INSTANT_MODEL: {
      schema: z.string().default('nano-banana-2'),
      doc: 'Catalogue row that draws people from their photos without a training: instant avatars, several people in one picture.',
      expected: 'a row of the model catalogue',
    },
    AVATAR_INSTANT_MODEL_BEST: {
      schema: z.string().default('nano-banana-pro'),
      doc: 'The same where the person asks for the best quality.',
      expected: 'a row of the model catalogue',
    },
    IMAGE_EDIT_MODEL: {
      schema: z.string().default('nano-banana-2'),
      doc: 'Catalogue row that changes a picture by words.',
      expected: 'a row of the model catalogue',
    },
    IMAGE_UPSCALE_MODEL: {
      schema: z.string().default('seedvr'),
      doc: 'Catalogue row that enlarges pictures.',
      expected: 'a row of the model catalogue',
    },
    IMAGE_VIDEO_MODEL: {
      schema: z.string().default('ltx-2.3'),
      doc: 'Catalogue row that sets a picture in motion.',
      expected: 'a row of the model catalogue',
    },
    ENVIRONMENT: {
      schema: z.string().optional(),
      doc: 'See Process.',
      expected: 'production, development or test',
    },
  },
  build(v, report): Pick<FalConfig, 'testMode' | 'models'> {
    if (
      v.FAL_TRAINING_TEST_MODE &&
      v.ENVIRONMENT?.toLowerCase() === 'production' &&
      !v.FAL_TEST_MODE_IN_PRODUCTION
    )
      report({
        variable: 'FAL_TRAINING_TEST_MODE',
        problem: 'is true while ENVIRONMENT is production',
        expected: 'false (or FAL_TEST_MODE_IN_PRODUCTION=true, if simulated results are really wanted)',
      });
    return {
      testMode: v.FAL_TRAINING_TEST_MODE,
      models: {
        portrait: v.AVATAR_PORTRAIT_MODEL,
        style: v.AVATAR_STYLE_MODEL,
        image: v.IMAGE_MODEL,
        imageBest: v.IMAGE_MODEL_BEST,
        instant: v.AVATAR_INSTANT_MODEL,
        instantBest: v.AVATAR_INSTANT_MODEL_BEST,
        edit: v.IMAGE_EDIT_MODEL,
        upscale: v.IMAGE_UPSCALE_MODEL,
        video: v.IMAGE_VIDEO_MODEL,
      },
    };
  },
});

const prices = json
  .pipe(z.record(z.string(), z.number().nonnegative()))
  .optional()
  .transform((v) => v ?? {});

const isFal = (url: string) => /(^|\.)fal\.(run|ai)$/.test(new URL(url).hostname);

export const falGroup = group({
  title: 'FAL AI',
  variables: {
    ...falModeGroup.variables,
    FAL_API_KEY: {
      schema: z.string().min(3).optional(),
      aliases: ['FAL_KEY'],
      doc: 'From fal.ai/dashboard/keys.',
      expected: 'a FAL key (<key id>:<key secret>), unless FAL_TRAINING_TEST_MODE is true',
      secret: true,
      example: '',
    },
    FAL_WEBHOOK_URL: {
      schema: z.url({ protocol: /^https?$/ }).optional(),
      doc: 'Full public address of /webhook/fal/status. Without it results are found by polling.',
      expected: 'https://your-domain/webhook/fal/status',
    },
    FAL_QUEUE_URL: {
      schema: httpUrl.default('https://queue.fal.run'),
      doc: 'FAL queue, or a stand-in.',
      expected: 'an http(s) address',
    },
    FAL_REST_URL: {
      schema: httpUrl.default('https://rest.fal.ai'),
      doc: 'FAL storage, or a stand-in.',
      expected: 'an http(s) address',
    },
    FAL_PRICES: {
      schema: prices,
      doc: 'What FAL bills, where our own list is behind or knows no price: US dollars a unit (step, megapixel, image, training or second) by endpoint.',
      expected: '{"fal-ai/flux-lora": 0.035}',
    },
    FAL_BALANCE_ALARM_USD: {
      schema: integer(0, 1_000_000, 20),
      doc: 'Operators are alarmed when fewer US dollars are left at FAL. FAL tells the balance only to a key with the ADMIN scope.',
      expected: 'a number from 0 to 1000000',
      example: '20',
    },
    FAL_DEFAULT_MODE: {
      schema: z.string().default('character'),
      doc: 'flux-pro only.',
      expected: 'character, product, style or general',
    },
    FAL_DEFAULT_ITERATIONS: {
      schema: integer(1, 10_000, 500),
      doc: 'flux-pro only.',
      expected: 'a number of steps',
    },
    FAL_DEFAULT_PRIORITY: {
      schema: z.string().default('quality'),
      doc: 'flux-pro only.',
      expected: 'speed, quality or high_res_only',
    },
    FAL_TRIGGER_WORD: { schema: z.string().default('TOK'), doc: 'flux-pro only.', expected: 'a word' },
    FAL_LORA_RANK: { schema: integer(1, 128, 32), doc: 'flux-pro only.', expected: '16 or 32' },
    FAL_FINETUNE_TYPE: {
      schema: z.string().default('full'),
      doc: 'flux-pro only.',
      expected: 'full or lora',
    },
  },
  build(v, report, app): FalConfig {
    const { testMode, models } = falModeGroup.build(v, report, app);
    if (!testMode && !v.FAL_API_KEY)
      report({
        variable: 'FAL_API_KEY',
        problem: 'is missing',
        expected: 'a FAL key (<key id>:<key secret>), or FAL_TRAINING_TEST_MODE=true to simulate',
      });
    return {
      apiKey: v.FAL_API_KEY ?? null,
      testMode,
      queueUrl: v.FAL_QUEUE_URL,
      restUrl: v.FAL_REST_URL,
      webhook: v.FAL_WEBHOOK_URL
        ? { statusUrl: v.FAL_WEBHOOK_URL, portraitUrl: new URL('portrait', v.FAL_WEBHOOK_URL).href }
        : null,
      elsewhere: !isFal(v.FAL_QUEUE_URL) || !isFal(v.FAL_REST_URL),
      models,
      prices: v.FAL_PRICES,
      balanceAlarmUsd: v.FAL_BALANCE_ALARM_USD,
      legacy: {
        mode: v.FAL_DEFAULT_MODE,
        iterations: v.FAL_DEFAULT_ITERATIONS,
        priority: v.FAL_DEFAULT_PRIORITY,
        triggerWord: v.FAL_TRIGGER_WORD,
        loraRank: v.FAL_LORA_RANK,
        finetuneType: v.FAL_FINETUNE_TYPE,
      },
    };
  },
});

/** What the webhook API needs of FAL: the keys that sign webhooks. */
export const falJwksGroup = group({
  title: 'FAL webhooks',
  variables: {
    FAL_JWKS_URL: {
      schema: httpUrl.default('https://rest.fal.ai/.well-known/jwks.json'),
      doc: 'Public keys that FAL signs its webhooks with.',
      expected: 'an http(s) address',
    },
  },
  build: (v): { jwksUrl: string } => ({ jwksUrl: v.FAL_JWKS_URL }),
});
