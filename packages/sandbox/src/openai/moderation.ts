import { randomBytes } from 'node:crypto';
import { badRequest } from './errors.ts';
import { imageBytes, type ImageFacts, imageFacts, type MagicImage } from './images.ts';
import type { ModelRow } from './models.ts';
import { type Body, invalidValue, isBody, missing, wrongType } from './parameters.ts';
import type { Reply } from './reply.ts';

export const CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/intent',
  'self-harm/instructions',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** The only ones that a picture is looked at for. */
const OF_IMAGES = new Set<Category>([
  'self-harm',
  'self-harm/intent',
  'self-harm/instructions',
  'sexual',
  'violence',
  'violence/graphic',
]);

/**
 * Words that flag a text. `flag:<category>` flags just that one, so that a test can ask for any of the thirteen.
 */
const WORDS: readonly (readonly [RegExp, readonly Category[]])[] = [
  [
    /(?<!\p{L})(?:порно\p{L}*|эроти\p{L}*|голая|голый|обнаж[её]н\p{L}*|porn\p{L}*|nude|naked|nsfw|erotic\p{L}*)(?!\p{L})/iu,
    ['sexual'],
  ],
  [
    /(?<!\p{L})(?:убить|убью|убейте|резня|расчлен\p{L}*|kill|murder|massacre|өлтір\p{L}*)(?!\p{L})/iu,
    ['violence'],
  ],
  [
    /(?<!\p{L})(?:расчлен\p{L}*|кровав\p{L}*|gore|dismember\p{L}*)(?!\p{L})/iu,
    ['violence', 'violence/graphic'],
  ],
  [/(?<!\p{L})(?:суицид\p{L}*|самоубийств\p{L}*|suicide)(?!\p{L})/iu, ['self-harm']],
  [/(?<!\p{L})(?:ненавижу всех|hate all)(?!\p{L})/iu, ['hate']],
  [/(?<!\p{L})(?:сделать бомбу|build a bomb|make a bomb)(?!\p{L})/iu, ['illicit', 'illicit/violent']],
];

const MAGIC: Record<MagicImage, readonly Category[]> = {
  sexual: ['sexual'],
  violence: ['violence', 'violence/graphic'],
  'self-harm': ['self-harm'],
  // A picture of a child is what this model does not see: it has no score for it.
  minor: [],
  'no-face': [],
};

export async function answerModeration(body: Body, model: ModelRow): Promise<Reply> {
  const input = body['input'];
  const results =
    Array.isArray(input) && input.every((item) => typeof item === 'string')
      ? input.map((text) => judge([text], []))
      : [await judgeOne(input)];
  if (results.length === 0) throw badRequest("Invalid 'input': empty array.", 'input', 'empty_array');
  return {
    kind: 'json',
    status: 200,
    body: { id: `modr-${randomBytes(12).toString('hex')}`, model: model.id, results },
  };
}

async function judgeOne(input: unknown): Promise<object> {
  if (input === undefined || input === null) throw missing('input');
  if (typeof input === 'string') return judge([input], []);
  if (!Array.isArray(input))
    throw wrongType('input', 'one of a string, array of strings or array of objects', input);
  const texts: string[] = [];
  const images: ImageFacts[] = [];
  for (const [n, part] of input.entries()) {
    const here = `input[${n}]`;
    if (!isBody(part)) throw wrongType(here, 'an object', part);
    const { type, text, image_url: image } = part;
    if (type === 'text' && typeof text === 'string') texts.push(text);
    else if (type === 'image_url' && isBody(image) && typeof image['url'] === 'string') {
      images.push(
        await imageFacts(await imageBytes(image['url'], `${here}.image_url.url`), `${here}.image_url.url`),
      );
    } else throw invalidValue(`${here}.type`, type, ['text', 'image_url']);
  }
  return judge(texts, images);
}

function judge(texts: readonly string[], images: readonly ImageFacts[]): object {
  const ofText = new Set(texts.flatMap(flagsOfText));
  const ofImages = new Set(images.flatMap((image) => (image.magic === null ? [] : MAGIC[image.magic])));
  const flagged = (category: Category): boolean => ofText.has(category) || ofImages.has(category);
  const each = <T>(value: (category: Category) => T) =>
    Object.fromEntries(CATEGORIES.map((category) => [category, value(category)]));
  return {
    flagged: CATEGORIES.some(flagged),
    categories: each(flagged),
    category_scores: each((category) => (flagged(category) ? 0.97 : quietScore(category, texts.join(' ')))),
    category_applied_input_types: each((category) => [
      ...(texts.length > 0 ? ['text'] : []),
      ...(images.length > 0 && OF_IMAGES.has(category) ? ['image'] : []),
    ]),
  };
}

function flagsOfText(text: string): Category[] {
  const asked = [...text.matchAll(/flag:([a-z/-]+)/giu)].flatMap(([, name]) =>
    CATEGORIES.filter((category) => category === name),
  );
  return [...asked, ...WORDS.flatMap(([words, categories]) => (words.test(text) ? categories : []))];
}

/** A small score, never quite nought, the same for the same text. */
function quietScore(category: Category, text: string): number {
  let hash = 7;
  for (const char of category + text) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 100_003;
  return Number((hash / 100_003 / 1000 + 1e-6).toFixed(8));
}
