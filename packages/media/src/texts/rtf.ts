import iconv from 'iconv-lite';

/** Groups that hold something other than the text. */
const ASIDE = new Set(
  (
    'fonttbl colortbl stylesheet info pict object themedata colorschememapping datastore latentstyles listtable ' +
    'listoverridetable rsidtbl generator xmlnstbl mmathPr header headerl headerr headerf footer footerl footerr ' +
    'footerf footnotesep fldinst bkmkstart bkmkend annotation atnid atnauthor revtbl filetbl nonshppict shpinst'
  ).split(' '),
);

const SIGNS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    par: '\n',
    line: '\n',
    sect: '\n',
    page: '\n',
    row: '\n',
    cell: '\t',
    tab: '\t',
    emdash: '—',
    endash: '–',
    bullet: '•',
    lquote: '‘',
    rquote: '’',
    ldblquote: '“',
    rdblquote: '”',
    emspace: ' ',
    enspace: ' ',
    '~': '\u00A0',
    _: '-',
    '\n': '\n',
    '\\': '\\',
    '{': '{',
    '}': '}',
  }),
);

/** By the font's `\fcharset`. Of a Russian or Kazakh document: 204. */
const CHARSETS: ReadonlyMap<number, string> = new Map([
  [0, 'windows-1252'],
  [128, 'shift_jis'],
  [134, 'gbk'],
  [161, 'windows-1253'],
  [162, 'windows-1254'],
  [186, 'windows-1257'],
  [204, 'windows-1251'],
  [238, 'windows-1250'],
]);

interface Group {
  readonly aside: boolean;
  readonly font: number;
  /** How many signs follow `\u` for readers that do not know it. */
  readonly substitutes: number;
}

const TOKEN = /\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^])|([{}])|[\r\n]+|[^\\{}\r\n]+/g;

/**
 * The text of an RTF document. What npm has for RTF is years without a release and knows neither `\upr` nor most
 * charsets; this is one pass over the file.
 */
export function rtfText(bytes: Buffer): string {
  const source = bytes.toString('latin1');
  const charsets = new Map<number, string>();
  const stack: Group[] = [];
  let group: Group = { aside: false, font: -1, substitutes: 1 };
  let codePage = 'windows-1252';
  let definedFont = -1;
  let inFonts = 0;
  let toSkip = 0;
  let said = '';
  /** Bytes of letters of more than one byte come one by one. */
  let pending: number[] = [];

  const flush = () => {
    if (pending.length === 0) return;
    said += iconv.decode(Buffer.from(pending), charsets.get(group.font) ?? codePage);
    pending = [];
  };
  const put = (text: string) => {
    flush();
    said += text;
  };

  const tokens = new RegExp(TOKEN);
  for (let found = tokens.exec(source); found; found = tokens.exec(source)) {
    const [token, word, figure, hex, sign, brace] = found;
    if (brace === '{') {
      flush();
      stack.push(group);
    } else if (brace === '}') {
      flush();
      group = stack.pop() ?? group;
      if (stack.length < inFonts) inFonts = 0;
      toSkip = 0;
    } else if (hex !== undefined) {
      if (toSkip > 0) toSkip -= 1;
      else if (!group.aside) pending.push(Number.parseInt(hex, 16));
    } else if (word !== undefined) {
      const n = figure === undefined ? null : Number(figure);
      if (word === 'fonttbl') inFonts = stack.length;
      if (word === 'fonttbl' || ASIDE.has(word)) {
        flush();
        group = { ...group, aside: true };
      } else if (word === 'ansicpg' && n !== null && iconv.encodingExists(`cp${n}`)) codePage = `cp${n}`;
      else if (word === 'f' && n !== null) {
        flush();
        if (inFonts > 0) definedFont = n;
        else group = { ...group, font: n };
      } else if (word === 'fcharset' && inFonts > 0 && n !== null) {
        const charset = CHARSETS.get(n);
        // 0 is what writers say who do not think of it: the document's own page is the better guess.
        if (charset !== undefined && n !== 0) charsets.set(definedFont, charset);
      } else if (word === 'uc' && n !== null) group = { ...group, substitutes: Math.max(0, n) };
      // So many bytes of anything, braces too.
      else if (word === 'bin' && n !== null) tokens.lastIndex += Math.max(0, n);
      else if (word === 'u' && n !== null) {
        if (!group.aside) put(String.fromCharCode(n < 0 ? n + 65_536 : n));
        toSkip = group.substitutes;
      } else if (!group.aside) {
        const text = SIGNS.get(word);
        if (text !== undefined) put(text);
      }
    } else if (sign !== undefined) {
      // `\*` begins a group that a reader may leave out when it does not know it.
      if (sign === '*') group = { ...group, aside: true };
      else if (!group.aside) {
        const text = SIGNS.get(sign === '\r' ? '\n' : sign);
        if (text !== undefined) put(text);
      }
    } else if (token[0] !== '\r' && token[0] !== '\n') {
      const text = token.slice(toSkip);
      toSkip = Math.max(0, toSkip - token.length);
      if (!group.aside && text !== '') {
        // Some writers leave letters beyond ASCII as they are.
        if (/[\u0080-\u00FF]/.test(text)) for (const byte of Buffer.from(text, 'latin1')) pending.push(byte);
        else put(text);
      }
    }
  }
  flush();
  return said;
}
