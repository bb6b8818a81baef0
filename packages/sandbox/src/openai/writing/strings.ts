import { describeImages } from './describe.ts';
import { datesIn, dueIn, isoDateIn, labelled, namesIn } from './facts.ts';
import { matchingString } from './patterns.ts';
import { ABSENT, type Place } from './place.ts';
import { isFact, type Role } from './roles.ts';
import type { Schema } from './schema.ts';
import { about, headingOf, spread } from './sentences.ts';

/** Written where a text has nothing and the schema does not allow null. */
const LACKING = '—';
const SUMMARY_SENTENCES = 4;

export function fillString(node: Schema, place: Place, nullable: boolean): string | typeof ABSENT {
  const lacking = nullable ? ABSENT : LACKING;
  if (typeof node['format'] === 'string') return formatted(node['format'], place, nullable);
  if (typeof node['pattern'] === 'string') {
    const words = `${place.sentence ?? ''} ${place.material.text}`
      .split(/\s+/u)
      .filter((word) => word !== '');
    return matchingString(node['pattern'], words) ?? lacking;
  }
  const found = isFact(place.role) ? factFor(place) : proseFor(place);
  if (found === null || found === '') return lacking;
  // Only schemas that are not strict have lengths.
  const { minLength, maxLength } = node;
  const long = typeof minLength === 'number' ? found.padEnd(minLength, LACKING) : found;
  return typeof maxLength === 'number' ? long.slice(0, maxLength) : long;
}

function factFor(place: Place): string | null {
  return FACTS[place.role]?.(place.sentence ?? place.material.text, place) ?? null;
}

/** Where each kind of fact is looked for: in the item's sentence, or in the whole text. */
const FACTS: Partial<Record<Role, (source: string, place: Place) => string | null>> = {
  owner: (_source, place) => (place.sentence === null ? null : ownerIn(place)),
  due: (source, { sentence }) => (sentence === null ? (datesIn(source)[0] ?? null) : dueIn(source)),
  date: (source) => isoDateIn(source) ?? datesIn(source).find((date) => /\d/u.test(date)) ?? null,
  person: (source, { sentence, index }) => namesIn(source)[sentence === null ? index : 0] ?? null,
  place: (source) => labelled(source, 'место(?: проведения)?|адрес|place|location|venue|орны?'),
  chair: (source) =>
    labelled(source, 'председатель(?:ствует|ствующий)?|chair(?:man|person)?|presiding|төраға'),
  secretary: (source) => labelled(source, 'секретарь|secretary|хатшы'),
  number: (source) =>
    /(?:протокол|protocol|хаттама)\s*(?:№|номер|no\.?|number)?\s*(?<n>\d[\w/-]*)/iu.exec(source)?.groups?.[
      'n'
    ] ?? null,
  contact: (source) =>
    /https?:\/\/\S+|[\w.+-]+@[\w-]+\.[\w.]+|\+?\d[\d ()-]{8,}\d/u.exec(source)?.[0] ?? null,
  reason: (_source, place) => reasonFor(place),
};

/** Who does it: the name in the sentence; in one with several, the first. */
const ownerIn = ({ sentence }: Place): string | null => namesIn(sentence ?? '')[0] ?? null;

function reasonFor({ material, image, sentence }: Place): string | null {
  if (material.images.length === 0) return sentence;
  const magic =
    image === null ? material.images.find((one) => one.magic)?.magic : material.images[image]?.magic;
  return magic ?? null;
}

function proseFor(place: Place): string {
  const { material, role, sentence } = place;
  if (role === 'language') return material.language;
  if (material.images.length > 0 && material.sentences.length < 3)
    return describeImages(material, place.image);
  if (sentence !== null) {
    if (role === 'title') return headingOf(sentence);
    // A second prose field of the same item is about what follows in the text.
    return place.turn === 0 ? sentence : (after(material.sentences, sentence) ?? sentence);
  }
  if (role === 'title') return headingOf(material.sentences[0] ?? material.text);
  if (role === 'answer') {
    const question = material.request === '' ? material.instructions : material.request;
    return summaryOr(about(question, material.sentences, 3), place);
  }
  // "Translate …", "Clean up …": the system says that the whole text is wanted, whatever the field is called.
  return role === 'whole' || wantsWhole(material.instructions) ? material.text : summaryOr([], place);
}

const summaryOr = (sentences: readonly string[], { material }: Place): string =>
  (sentences.length > 0 ? sentences : spread(material.sentences, SUMMARY_SENTENCES, material.weights)).join(
    ' ',
  );

const after = (sentences: readonly string[], sentence: string): string | null =>
  sentences[sentences.indexOf(sentence) + 1] ?? null;

export const wantsWhole = (instructions: string): boolean =>
  /(?<!\p{L})(?:translat\p{L}*|clean (?:up )?(?:the |this )?(?:transcript|text)|verbatim|proofread|correct the text|перевед\p{L}*|перевод|вычитай|исправь|аудар\p{L}*)(?!\p{L})/iu.test(
    instructions,
  );

function formatted(format: string, place: Place, nullable: boolean): string | typeof ABSENT {
  const source = place.sentence ?? place.material.text;
  const date = isoDateIn(source);
  const time = /(?<!\d)([01]?\d|2[0-3]):[0-5]\d(?!\d)/u.exec(source)?.[0]?.padStart(5, '0');
  const found = ((): string | null => {
    switch (format) {
      case 'date':
        return date;
      case 'date-time':
        return date === null ? null : `${date}T${time ?? '00:00'}:00Z`;
      case 'time':
        return time === undefined ? null : `${time}:00Z`;
      case 'email':
        return /[\w.+-]+@[\w-]+\.[a-z]{2,}/iu.exec(source)?.[0] ?? null;
      case 'hostname':
        return /(?<!@)(?:[a-z\d-]+\.)+[a-z]{2,}/iu.exec(source)?.[0] ?? null;
      case 'ipv4':
        return /(?:\d{1,3}\.){3}\d{1,3}/u.exec(source)?.[0] ?? null;
      default:
        return null;
    }
  })();
  return found ?? (nullable ? ABSENT : (UNKNOWN[format] ?? LACKING));
}

/** Values of a form that say "unknown" where a schema insists on one. */
const UNKNOWN: Record<string, string> = {
  date: '1970-01-01',
  'date-time': '1970-01-01T00:00:00Z',
  time: '00:00:00Z',
  duration: 'PT0S',
  email: 'unknown@example.com',
  hostname: 'example.com',
  ipv4: '0.0.0.0',
  ipv6: '::',
  uuid: '00000000-0000-4000-8000-000000000000',
};
