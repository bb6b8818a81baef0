/** What a property is for, told by its name first and by its description where the name says nothing. */
export type Role =
  | 'title'
  | 'whole'
  | 'language'
  | 'owner'
  | 'due'
  | 'date'
  | 'person'
  | 'place'
  | 'chair'
  | 'secretary'
  | 'number'
  | 'contact'
  | 'reason'
  | 'answer'
  | 'task'
  | 'decision'
  | 'question'
  | 'keyword'
  | 'prose';

const BY_NAME: readonly (readonly [Role, RegExp])[] = [
  ['language', /^(?:lang|language|locale|язык|тіл)(?:_?code)?$/iu],
  ['owner', /owner|assignee|responsible|^who$|ответствен|исполнител|жауапты/iu],
  ['due', /due|deadline|^by_?when$|^until$|срок|мерзім/iu],
  ['chair', /^chair|presid|председател|төраға/iu],
  ['secretary', /secretar|секретар|хатшы/iu],
  ['place', /^(?:place|location|venue|where)$|^место|орын/iu],
  ['number', /^(?:number|protocol_?number|no|num|номер)$/iu],
  ['contact', /e-?mail|phone|^url$|website|телефон|почта/iu],
  ['date', /^(?:date|day|when|datetime|held_?at|дата|күні)$|_?date$/iu],
  [
    'person',
    /^(?:name|person|participant|speaker|attendee|author|участник|имя|people|participants|speakers|attendees|persons|names|members|present|absent|участники)$/iu,
  ],
  ['title', /title|heading|headline|subject|caption|^topic$|filename|^label$|заголов|название|тема$/iu],
  ['reason', /^(?:reason|why|problem|issue|warning|error|explanation|note|notes|comment)s?$|причин/iu],
  ['answer', /answer|reply|quote|evidence|citation|excerpt|ответ|цитат/iu],
  ['keyword', /keyword|tags?$|hashtag|ключев/iu],
  ['question', /question|unclear|вопрос/iu],
  ['decision', /decision|resolution|decided|agreed|решени|постановил|шешім/iu],
  ['task', /tasks?$|action|to_?do|assignment|step|задач|поручени|тапсырма/iu],
  [
    'whole',
    /^(?:text|transcript|translation|translated|translated_?text|clean|clean_?text|cleaned|corrected|content|body|full_?text|result|output|prompt|english|markdown|html|перевод|текст)$/iu,
  ],
];

const BY_DESCRIPTION: readonly (readonly [Role, RegExp])[] = [
  [
    'whole',
    /whole text|full text|entire text|complete text|весь текст|полный текст|полностью|бүкіл мәтін|verbatim|the translat|cleaned? (?:text|transcript)/iu,
  ],
  ['title', /up to \w+ words|headline|short title|заголовок/iu],
  ['owner', /who does it|who is responsible|ответственн/iu],
  ['due', /by when|deadline|срок/iu],
];

export function roleOf(name: string, description: string): Role {
  // "dueDate", "clean_text" and "Task Owner" are read alike.
  const plain = name.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1_$2').replaceAll(/[\s-]+/gu, '_');
  const whole = BY_DESCRIPTION[0];
  if (whole?.[1].test(description)) return 'whole';
  for (const [role, pattern] of BY_NAME) if (pattern.test(plain)) return role;
  for (const [role, pattern] of BY_DESCRIPTION) if (pattern.test(description)) return role;
  return 'prose';
}

/** Roles whose value a text has or has not; never made up. */
export const isFact = (role: Role): boolean =>
  ['owner', 'due', 'date', 'person', 'place', 'chair', 'secretary', 'number', 'contact', 'reason'].includes(
    role,
  );

/** Booleans that are true when something is wrong or finished. */
export const meansTrouble = (name: string): boolean =>
  /minor|child|underage|nsfw|sexual|nud|violen|blur|dark|hidden|cover|obscur|occlu|sunglass|mask|duplicate|multiple|several|done|complete[d]?$|finished|urgent|watermark|problem|error|reject|flag|unsafe|harm|illegal|spam|group|truncated|empty|other_?person|different/iu.test(
    name.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1_$2'),
  );
