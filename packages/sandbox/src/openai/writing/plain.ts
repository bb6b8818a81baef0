import type { OwnLanguage } from '../languages.ts';
import { describeImages } from './describe.ts';
import type { Material } from './material.ts';
import { about, spread } from './sentences.ts';
import { wantsWhole } from './strings.ts';

const MOST_SENTENCES = 7;

const SIGNATURE: Record<OwnLanguage, string> = {
  ru: '(Это ответ песочницы: фразы взяты из вашего текста, модель не спрашивали.)',
  kk: '(Бұл құмсалғыш жауабы: сөйлемдер мәтініңізден алынды, модельден сұралған жоқ.)',
  en: '(This is the sandbox: the sentences are taken from your text, no model was asked.)',
};

/** An answer in plain text: the gist in the user's own sentences, over the whole of the text, signed. */
export function plainAnswer(material: Material): string {
  const { sentences, weights, language, request, images } = material;
  const lines: string[] = [];
  if (images.length > 0) lines.push(describeImages(material, null));
  if (wantsWhole(`${material.instructions} ${request}`)) {
    lines.push(material.text);
  } else if (sentences.length > 0) {
    const asked = request === '' ? [] : about(request, sentences, 3);
    const count = Math.min(MOST_SENTENCES, Math.max(1, Math.ceil(sentences.length / 2)));
    lines.push((asked.length > 0 ? asked : spread(sentences, count, weights)).join(' '));
  }
  return [...lines, SIGNATURE[language]].join('\n\n');
}
