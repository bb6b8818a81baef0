import { Parser } from 'htmlparser2';
import { type ChatLine, chatText } from './chat-lines.ts';

/** Pages nest some fifty; in a file of nothing but beginnings, each end would be looked for among all of them. */
const MOST_DEPTH = 1_000;

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** What begins on a line of its own. */
const BLOCKS = words(
  'address article aside blockquote body caption dd details dialog div dl dt fieldset figcaption figure footer form ' +
    'h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section summary table tbody tfoot thead tr ul',
);
/** A blank line stands around them. */
const PARAGRAPHS = words('blockquote h1 h2 h3 h4 h5 h6 ol p pre table ul');
/** Not read by whoever looks at the page. */
const UNSEEN = words('head script style template noscript svg math iframe object textarea select');

/** Elements of books and of XML in general that stand within a line. */
const INLINE = words('a strong emphasis style strikethrough sub sup code image b i em u span font');
/** Of a FictionBook: the bytes of pictures, and what a catalogue says of it. */
const ASIDE = words('binary stylesheet description');

/** A page, as a browser or a messenger saves it. */
const PAGE =
  /^[\s\uFEFF]*(?:<\?xml[^<>]{0,200}\?>\s*)?(?:<!--[^<>]{0,1000}-->\s*)?<(?:!doctype html|html|head|body)[\s>]/i;
/** A piece of one, from its first paragraph to the last bracket. */
const FRAGMENT =
  /^[\s\uFEFF]*<(?:p|div|h[1-6]|ul|ol|table|article|section|span|blockquote|meta)(?:\s[^<>]{0,500})?>/i;
const XML = /^[\s\uFEFF]*(?:<\?xml\s|<FictionBook[\s>])/;

class TooDeep extends Error {}

/**
 * The words of an HTML page or of XML (a FictionBook among it) without what marks them up; null when the text is neither, or
 * nests deeper than any that a person made.
 */
export function markupText(text: string): string | null {
  const start = text.slice(0, 3_000);
  try {
    if (PAGE.test(start) || (FRAGMENT.test(start) && /<\/[a-z][a-z0-9]*\s*>\s*$/i.test(text.slice(-200))))
      return pageText(text);
    if (!XML.test(start)) return null;
    // XML that keeps its words in attributes is left as it is.
    return xmlText(text, /<FictionBook[\s>]/.test(start)) || null;
  } catch (error) {
    if (error instanceof TooDeep) return null;
    throw error;
  }
}

/** What somebody sees who opens the page; of a chat that Telegram exported, who wrote what. */
function pageText(html: string): string {
  const lines = new Lines();
  const chat = /class="[^"]*\bchat_page\b/.test(html.slice(0, 20_000)) ? new ExportedChat() : null;
  let unseen = 0;
  let kept = 0;
  read(html, false, {
    open(name, attributes) {
      if (UNSEEN.has(name)) unseen += 1;
      if (name === 'pre') kept += 1;
      if (unseen > 0) return;
      chat?.open(name, attributes);
      if (name === 'br') lines.end();
      else if (PARAGRAPHS.has(name)) lines.paragraph();
      else if (BLOCKS.has(name)) lines.end();
      if (name === 'li') lines.add('- ');
    },
    text(said) {
      if (unseen > 0) return;
      chat?.text(said);
      if (kept > 0) lines.keep(said);
      else lines.add(said);
    },
    close(name) {
      if (UNSEEN.has(name)) unseen -= 1;
      if (name === 'pre') kept -= 1;
      if (unseen > 0) return;
      chat?.close();
      if (name === 'td' || name === 'th') lines.cell();
      else if (PARAGRAPHS.has(name)) lines.paragraph();
      else if (BLOCKS.has(name)) lines.end();
    },
  });
  return chat?.said() ?? lines.text();
}

function xmlText(xml: string, isBook: boolean): string {
  const lines = new Lines();
  let aside = 0;
  read(xml, true, {
    open(name) {
      if (isBook && ASIDE.has(name)) aside += 1;
      if (name === 'title' || name === 'section') lines.paragraph();
      else if (!INLINE.has(name)) lines.end();
    },
    text(said) {
      if (aside === 0) lines.add(said);
    },
    close(name) {
      if (isBook && ASIDE.has(name)) aside -= 1;
      if (name === 'title') lines.paragraph();
      else if (!INLINE.has(name)) lines.end();
    },
  });
  return lines.text();
}

interface Reading {
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly text: (said: string) => void;
  readonly close: (name: string) => void;
}

/** One pass; entities are those of HTML or XML, none that the file declares. */
function read(source: string, xmlMode: boolean, { open, text, close }: Reading): void {
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (++depth > MOST_DEPTH) throw new TooDeep();
        open(local(name), attributes);
      },
      ontext: text,
      onclosetag(name) {
        depth -= 1;
        close(local(name));
      },
    },
    { xmlMode, decodeEntities: true, lowerCaseAttributeNames: !xmlMode },
  );
  parser.end(source);
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Words of a page in lines: white space is one space, as a browser shows it. */
class Lines {
  readonly #lines: string[] = [];
  #line: string[] = [];
  /** Spaces that were met and not written yet. */
  #space = false;

  add(said: string): void {
    const shown = said.replaceAll(/[ \t\n\r\f]+/g, ' ');
    if (shown === ' ' || shown === '') {
      this.#space ||= shown !== '';
      return;
    }
    const begins = shown.startsWith(' ') || this.#space;
    if (begins && this.#line.length > 0) this.#line.push(' ');
    this.#line.push(shown.replaceAll(/^ | $/g, ''));
    this.#space = shown.endsWith(' ');
  }

  /** Said as it stands. */
  keep(said: string): void {
    for (const [n, line] of said.split('\n').entries()) {
      if (n > 0) this.end();
      if (line !== '') this.#line.push(line);
    }
  }

  cell(): void {
    this.#line.push('\t');
    this.#space = false;
  }

  end(): void {
    const line = this.#line.join('').trimEnd();
    if (line !== '') this.#lines.push(line);
    this.#line = [];
    this.#space = false;
  }

  paragraph(): void {
    this.end();
    if (this.#lines.at(-1) !== '') this.#lines.push('');
  }

  text(): string {
    this.end();
    return this.#lines.join('\n').trim();
  }
}

/** Telegram's own export in HTML: whose message it is stands in it, or, of several in a row, in the first of them. */
class ExportedChat {
  readonly #messages: ChatLine[] = [];
  /** What each of the elements that are open holds. */
  readonly #open: string[] = [];
  #from = '';
  #text = '';
  #day = '';

  open(name: string, { class: classes = '', title = '' }: Readonly<Record<string, string>>): void {
    const names = new Set(classes.split(' '));
    const holds = ['message', 'forwarded', 'from_name', 'date', 'text'].find((one) => names.has(one)) ?? '';
    this.#open.push(holds);
    if (holds === 'message') this.#text = '';
    if (name === 'br') this.#text += '\n';
    // Who wrote first what is forwarded here does not write here; nor is it of that day.
    if (this.#open.includes('forwarded')) return;
    if (holds === 'from_name') this.#from = '';
    if (holds === 'date') this.#day = /^\d{2}\.\d{2}\.\d{4}/.exec(title)?.[0] ?? this.#day;
  }

  text(said: string): void {
    const within = this.#open.findLast((one) => one !== '');
    if (within === 'from_name' && !this.#open.includes('forwarded')) this.#from += said;
    else if (within === 'text') this.#text += said.replaceAll(/\s+/g, ' ');
  }

  close(): void {
    if (this.#open.pop() !== 'message') return;
    this.#messages.push({ day: this.#day, from: this.#from, text: this.#text });
  }

  said(): string {
    return chatText(this.#messages);
  }
}
