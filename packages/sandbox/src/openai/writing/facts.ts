/** Names and dates that a text really has. Whatever is not found stays unknown: nothing is made up. */

const NAMES = new Set(
  (
    'александр алексей андрей антон арман артём асель асем айгуль айдар алия алина анастасия анна бауыржан борис ' +
    'вадим валентина валерий василий вера вероника виктор виктория виталий владимир галина георгий григорий гульнара ' +
    'данияр дарья динара денис дмитрий евгений евгения екатерина елена ерлан жанна зарина иван игорь илья ирина ' +
    'камила кирилл константин ксения лариса лейла любовь людмила мадина максим маргарита марина мария марат михаил ' +
    'надежда наталья никита николай нурлан нургуль оксана олег ольга павел пётр полина роман руслан сауле светлана ' +
    'сергей софья тамара татьяна тимур тимофей ержан фёдор юлия юрий яна ярослав ' +
    'alice andrew anna anthony ben charles daniel david emma george helen jack james jane john kate laura lisa mark ' +
    'mary michael nick olivia paul peter robert sarah simon susan thomas tom william'
  ).split(' '),
);

const STEMS = new Set([...NAMES].map((name) => (name.length > 3 ? name.slice(0, -1) : name)));

/** A first name, also in the oblique cases ("Ивану", "Анны"). */
function isFirstName(word: string): boolean {
  const lower = word.toLowerCase();
  if (NAMES.has(lower)) return true;
  for (const cut of [1, 2, 3]) {
    const stem = lower.slice(0, -cut);
    if (stem.length > 2 && (NAMES.has(stem) || STEMS.has(stem))) return true;
  }
  return false;
}

const CAPITALISED = /(?<![\p{L}\p{N}])\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?(?![\p{L}\p{N}])/gu;

const SURNAME =
  /(?:ов|ова|ову|овой|ев|ева|еву|евой|ин|ина|ину|иной|ский|ская|скому|ской|ко|енко|ук|юк|баев|баева|son)$/u;

/** People's names as the text writes them, each once, in order: a first name with the surname that follows. */
export function namesIn(text: string): string[] {
  const names: string[] = [];
  let end = -2;
  for (const match of text.matchAll(CAPITALISED)) {
    const [word] = match;
    const follows = match.index === end + 1 && text[end] === ' ';
    if (follows && (!isFirstName(word) || SURNAME.test(word))) {
      names.push(`${names.pop() ?? ''} ${word}`);
      end = -2;
    } else if (/^\p{L}/u.test(word) && isFirstName(word)) {
      names.push(word);
      end = match.index + word.length;
    } else {
      end = -2;
    }
  }
  return [...new Set(names)];
}

const RU_MONTHS = 'января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря';
const EN_MONTHS = 'January|February|March|April|May|June|July|August|September|October|November|December';
const RU_DAYS =
  'понедельника?|вторника?|сред[аыу]|четверга?|пятниц[аыу]|суббот[аыу]|воскресенья?|завтра|послезавтра|сегодня';
const EN_DAYS =
  'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|tomorrow|today|tonight|next week|next month';
const KK_DAYS = 'дүйсенбі|сейсенбі|сәрсенбі|бейсенбі|жұма|сенбі|жексенбі|ертең|бүгін';
const NUMERIC =
  '\\d{4}-\\d{2}-\\d{2}|(?<![\\d.])(?:0?[1-9]|[12]\\d|3[01])[./](?:0[1-9]|1[0-2])(?:[./]\\d{2,4})?(?![.,]?\\d)';

const WHEN = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:` +
    [
      `(?:(?:до|к|ко|в|во|с|на)\\s+)?(?:${RU_DAYS}|конц[аеу]\\s+(?:недели|месяца|года|дня|квартала))`,
      `(?:(?:до|к|с)\\s+)?\\d{1,2}(?:-го)?\\s+(?:${RU_MONTHS})(?:\\s+\\d{4}(?:\\s+года)?)?`,
      `(?:(?:by|on|until|before|till)\\s+)?(?:${EN_DAYS}|the end of the (?:week|month|day|year))`,
      `(?:(?:by|on|until|before)\\s+)?(?:${EN_MONTHS})\\s+\\d{1,2}(?:,?\\s+\\d{4})?`,
      `(?:${KK_DAYS})(?:ға|ге|да|де|ні|ны)?(?:\\s+дейін)?`,
      `(?:(?:до|к|by|on|until)\\s+)?(?:${NUMERIC})`,
    ].join('|') +
    `)(?![\\p{L}\\p{N}])`,
  'giu',
);

/** Days and dates in the words of the text. */
export const datesIn = (text: string): string[] => [...new Set(text.match(WHEN) ?? [])];

/** By when: a date with a word that makes it a deadline, else the only date of the sentence. */
export function dueIn(sentence: string): string | null {
  const dates = datesIn(sentence);
  return dates.find((date) => /^(?:до|к|ко|by|until|before|till)\s|дейін$/iu.test(date)) ?? dates[0] ?? null;
}

const MONTH_NUMBERS = new Map(
  [RU_MONTHS, EN_MONTHS].flatMap((list) =>
    list.split('|').map((month, n) => [month.toLowerCase(), n + 1] as const),
  ),
);

const pad = (value: number | string): string => String(value).padStart(2, '0');

/** The first full date of a text as ISO, or null. */
export function isoDateIn(text: string): string | null {
  const iso = /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)/u.exec(text);
  if (iso) return iso[0];
  const dotted = /(?<!\d)(\d{1,2})[./](\d{1,2})[./](\d{4})(?!\d)/u.exec(text);
  if (dotted) return checked(`${dotted[3] ?? ''}-${pad(dotted[2] ?? '')}-${pad(dotted[1] ?? '')}`);
  const worded = new RegExp(`(\\d{1,2})(?:-го)?\\s+(${RU_MONTHS}|${EN_MONTHS}),?\\s+(\\d{4})`, 'iu').exec(
    text,
  );
  if (worded) {
    const month = MONTH_NUMBERS.get((worded[2] ?? '').toLowerCase()) ?? 1;
    return checked(`${worded[3] ?? ''}-${pad(month)}-${pad(worded[1] ?? '')}`);
  }
  const english = new RegExp(`(${EN_MONTHS})\\s+(\\d{1,2}),?\\s+(\\d{4})`, 'iu').exec(text);
  if (!english) return null;
  const month = MONTH_NUMBERS.get((english[1] ?? '').toLowerCase()) ?? 1;
  return checked(`${english[3] ?? ''}-${pad(month)}-${pad(english[2] ?? '')}`);
}

const checked = (date: string): string | null => (Number.isNaN(Date.parse(date)) ? null : date);

/** Sentences that ask for something to be done. */
export const isTask = (sentence: string): boolean =>
  /(?<!\p{L})(?:надо|нужно|необходимо|следует|долж(?:ен|на|ны|но)|пору\p{L}+|задач\p{L}*|обещ\p{L}+|прошу|сдела(?:ть|ем|ет|ю)|(?:подготов|отправ|провер|позвон|оформ|напи[сш]|куп|встрет|соглас|уточн|собер|закаж|организ|разработ)\p{L}+|керек|қажет|тиіс|жібер\p{L}*|дайында\p{L}*|must|should|need to|needs to|will|has to|have to|please|todo|to-do|action item)(?!\p{L})/iu.test(
    sentence,
  );

/** Sentences that say what was decided. */
export const isDecision = (sentence: string): boolean =>
  /(?<!\p{L})(?:реш(?:или|или|ено|ение|ил|ила|ения)|постанов\p{L}+|утверд\p{L}+|утвержд\p{L}+|договорил\p{L}+|согласовал\p{L}+|принято|приняли|шеш(?:тік|ті|ім)\p{L}*|бекіт\p{L}+|келіс\p{L}+|decided?|decision|agreed|approved|resolved)(?!\p{L})/iu.test(
    sentence,
  );

export const isQuestion = (sentence: string): boolean => /\?["»)]*$/u.test(sentence);

/** A labelled value: "Председатель: Иванов", "chair — Smith". */
export function labelled(text: string, labels: string): string | null {
  const found = new RegExp(
    `(?<!\\p{L})(?:${labels})\\s*(?::|—|–|-|это|is|was)\\s*(?<value>[^.,;\\n]{2,80})`,
    'iu',
  ).exec(text);
  return found?.groups?.['value']?.trim() ?? null;
}
