import { datesIn, isDecision, isQuestion, isTask, namesIn } from './facts.ts';
import { DEEPEST, type Place } from './place.ts';
import type { Role } from './roles.ts';
import { isSchema, propertiesOf, resolve, type Schema } from './schema.ts';
import { about, spread, wordsOf } from './sentences.ts';

const MOST_ITEMS = 5;
/** Things of a kind (tasks, names, dates) are all listed, up to this many. */
const MOST_OF_A_KIND = 40;

/** An array: its items are sentences, names, dates or pictures of what the user sent. */
export function fillArray(
  node: Schema,
  place: Place,
  fillItem: (items: Schema, item: Place) => unknown,
): unknown[] {
  const least = typeof node['minItems'] === 'number' ? node['minItems'] : 0;
  const allowed =
    typeof node['maxItems'] === 'number'
      ? node['maxItems']
      : place.role === 'whole'
        ? Infinity
        : MOST_OF_A_KIND;
  const most = place.depth > DEEPEST ? least : allowed;
  const items = isSchema(node['items']) ? resolve(place.root, node['items']) : {};
  const perImage = place.material.images.length > 0 && isAboutImages(items, place);
  const sources = perImage ? place.material.images.map(() => '') : sourcesFor(place, least);
  const chosen = perImage
    ? sources.slice(0, most)
    : place.role === 'whole'
      ? sources.slice(0, most)
      : spread(sources, most);
  while (chosen.length < least)
    chosen.push(chosen.at(-1) ?? place.material.sentences[0] ?? place.material.text);
  return chosen.map((source, index) => {
    const item = { ...place, depth: place.depth + 1, index, turn: 0, image: perImage ? index : place.image };
    return fillItem(items, { ...item, sentence: perImage ? null : source, name: itemName(place) });
  });
}

/** Strings of a list are written by their own sentence, whatever the list is called; names stay names. */
const itemName = ({ role }: Place): string => (role === 'person' ? 'person' : 'item');

const isAboutImages = (items: Schema, place: Place): boolean =>
  /photo|image|picture|face|фото|карт/iu.test(place.name) ||
  propertiesOf(items).some(([name]) => /^(?:photo|image|picture)|index/iu.test(name));

function sourcesFor(place: Place, least: number): string[] {
  const { material, role, name } = place;
  const all = material.sentences;
  if (place.depth > 1 && place.sentence !== null) return all.length > 0 ? [place.sentence] : [];
  if (role === 'whole') return all;
  if (/date|deadline|дат|срок/iu.test(name)) return datesIn(material.text).slice(0, MOST_OF_A_KIND);
  if (/warning|problem|issue|error/iu.test(name)) return [];
  const ofKind = KINDS[role];
  if (ofKind === undefined) return few(place);
  const found = [...new Set(ofKind(place))].slice(0, MOST_OF_A_KIND);
  // Tasks, decisions and questions are what the whole answer is about when nothing else is asked for.
  return found.length === 0 && (place.alone || least > 0) ? few(place) : found;
}

/** Lists of one kind of thing; every other list is a few sentences. */
const KINDS: Partial<Record<Role, (place: Place) => string[]>> = {
  person: ({ material }) => namesIn(material.text),
  owner: ({ material }) => namesIn(material.text),
  task: ({ material }) => material.sentences.filter(isTask),
  decision: ({ material }) => material.sentences.filter(isDecision),
  question: ({ material }) => material.sentences.filter(isQuestion),
  keyword: keywords,
  answer: ({ material }) =>
    about(`${material.request} ${material.instructions}`, material.sentences, MOST_ITEMS),
};

/** Up to five sentences: all of a short text, half of a longer one. */
function few({ material }: Place): string[] {
  const { length } = material.sentences;
  const count = length <= 3 ? length : Math.min(MOST_ITEMS, Math.ceil(length / 2));
  return spread(material.sentences, count, material.weights);
}

/** The words that come most often, long ones only. */
function keywords({ material }: Place): string[] {
  const counts = new Map<string, number>();
  for (const word of wordsOf(material.text)) {
    if (word.length > 5) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, MOST_ITEMS)
    .map(([word]) => word);
}
