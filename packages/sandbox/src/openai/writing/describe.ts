import type { OwnLanguage } from '../languages.ts';
import type { ImageFacts } from '../images.ts';
import type { Material } from './material.ts';

/** What the sandbox sees in pictures: their size and colour, said honestly. */
export function describeImages(material: Material, image: number | null): string {
  const { language } = material;
  const seen = image === null ? material.images : material.images.slice(image, image + 1);
  return seen.map((facts) => describe(facts, language)).join(' ');
}

function describe({ width, height, red, green, blue }: ImageFacts, language: OwnLanguage): string {
  const colour = COLOURS[language][colourOf(red, green, blue)];
  switch (language) {
    case 'en':
      return `A picture of ${width}×${height} pixels, mostly ${colour}.`;
    case 'kk':
      return `Көлемі ${width}×${height} пиксель сурет, негізінен ${colour}.`;
    case 'ru':
      return `Изображение ${width}×${height} пикселей, в основном ${colour}.`;
    default:
      return language satisfies never;
  }
}

type Colour = 'dark' | 'light' | 'grey' | 'red' | 'green' | 'blue';

const COLOURS: Record<OwnLanguage, Record<Colour, string>> = {
  en: { dark: 'dark', light: 'light', grey: 'grey', red: 'red', green: 'green', blue: 'blue' },
  ru: { dark: 'тёмное', light: 'светлое', grey: 'серое', red: 'красное', green: 'зелёное', blue: 'синее' },
  kk: { dark: 'қараңғы', light: 'ашық', grey: 'сұр', red: 'қызыл', green: 'жасыл', blue: 'көк' },
};

function colourOf(red: number, green: number, blue: number): Colour {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  if (most < 60) return 'dark';
  if (least > 200) return 'light';
  if (most - least < 30) return 'grey';
  if (most === red) return 'red';
  return most === green ? 'green' : 'blue';
}
