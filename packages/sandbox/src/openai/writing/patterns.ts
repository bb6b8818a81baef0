/** A string for a `pattern`: something of the text that fits it, else the smallest string that the pattern makes. */

export function matchingString(pattern: string, candidates: readonly string[]): string | null {
  let test: RegExp;
  try {
    test = new RegExp(pattern, 'u');
  } catch {
    return null;
  }
  for (const candidate of [...candidates, ...COMMON]) if (test.test(candidate)) return candidate;
  try {
    const made = sample(pattern);
    return test.test(made) ? made : null;
  } catch {
    return null;
  }
}

const COMMON = [
  '',
  '-',
  '0',
  '1',
  '01',
  '00:00',
  '00:00:00',
  '1970-01-01',
  'a',
  'A',
  'aa',
  'a-b',
  'а',
  'ru',
  'ru-RU',
  '#000000',
];

/** Makes a string of a regular expression's own parts: literals, classes, groups, choices and repeats. */
function sample(source: string): string {
  let at = 0;
  const choice = (): string => {
    let first: string | null = null;
    for (;;) {
      const made = sequence();
      first ??= made;
      if (source[at] !== '|') return first;
      at += 1;
    }
  };
  const sequence = (): string => {
    let made = '';
    while (at < source.length && source[at] !== '|' && source[at] !== ')') made += repeated(atom());
    return made;
  };
  const repeated = (text: string): string => {
    const rest = source.slice(at);
    const counted = /^\{(\d+)(?:,\d*)?\}\??/u.exec(rest);
    if (counted) {
      at += counted[0].length;
      return text.repeat(Number(counted[1]));
    }
    const sign = /^[*?+]\??/u.exec(rest)?.[0];
    if (sign === undefined) return text;
    at += sign.length;
    return sign.startsWith('+') ? text : '';
  };
  const atom = (): string => {
    const char = source[at] ?? '';
    at += 1;
    if (char === '^' || char === '$') return '';
    if (char === '.') return 'a';
    if (char === '(') {
      const mark = /^\?(?:<[^>=!]+>|[:=!]|<[=!])/u.exec(source.slice(at))?.[0] ?? '';
      at += mark.length;
      const inner = choice();
      at += 1;
      return /[=!]$/u.test(mark) ? '' : inner;
    }
    if (char === '[') return fromClass();
    return char === '\\' ? escaped() : char;
  };
  const escaped = (): string => {
    const char = source[at] ?? '';
    at += 1;
    if (char === 'p' || char === 'P') at = source.indexOf('}', at) + 1;
    const meaning: Record<string, string> = {
      d: '1',
      w: 'a',
      s: ' ',
      D: 'a',
      W: '-',
      S: 'a',
      p: 'A',
      P: '-',
      b: '',
      B: '',
    };
    return meaning[char] ?? char;
  };
  const fromClass = (): string => {
    const negated = source[at] === '^';
    if (negated) at += 1;
    let first: string | null = null;
    const from = at;
    while (source[at] !== ']') {
      if (at >= source.length) throw new SyntaxError(source);
      const char = source[at] ?? '';
      at += 1;
      const made = char === '\\' ? escaped() : char;
      first ??= made;
    }
    const inside = source.slice(from, at);
    at += 1;
    if (!negated) return first ?? '';
    const excluded = new RegExp(`[${inside}]`, 'u');
    return ['a', '1', '-', ' ', 'я', '_'].find((char) => !excluded.test(char)) ?? '~';
  };
  return choice();
}
