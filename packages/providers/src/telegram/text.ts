/** Telegram counts characters after parsing, in code points; UTF-16 units are a safe upper bound. */
export const MESSAGE_LIMIT = 4096;
export const CAPTION_LIMIT = 1024;

/** The one escaping function: any text, anywhere inside Telegram's HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

interface Token {
  readonly raw: string;
  /** UTF-16 units that it adds to the parsed text. */
  readonly width: number;
  readonly tag: { readonly name: string; readonly closes: boolean } | null;
}

const tokenPattern = /<(\/?)([a-zA-Z][a-zA-Z0-9-]*)(?:[^<>"]|"[^"]*")*>|&(?:#\d+|#x[\da-f]+|\w+);|./giu;
const plainPattern = /./gsu;

/**
 * Cuts a message into pieces of at most `limit` parsed characters, at the end of a paragraph, line, sentence or
 * word where there is one; never inside a tag, an entity or a character. Tags open at a cut are closed and
 * opened again, so that each piece stands alone.
 */
export function splitMessage(text: string, options: { limit?: number; html?: boolean } = {}): string[] {
  const limit = options.limit ?? MESSAGE_LIMIT;
  const tokens = tokenize(text.toWellFormed(), options.html ?? true);
  const pieces: string[] = [];
  let open: readonly Token[] = [];
  let from = 0;
  while (from < tokens.length) {
    const to = endOfPiece(tokens, from, limit);
    const inside = tokens.slice(from, to);
    const openAfter = stillOpen(open, inside);
    const body = inside.map(({ raw }) => raw).join('');
    if (visible(body, inside)) {
      pieces.push((open.map(({ raw }) => raw).join('') + body).trim() + closing(openAfter));
    }
    open = openAfter;
    from = to;
  }
  return pieces;
}

function tokenize(text: string, html: boolean): Token[] {
  const pattern = new RegExp(html ? tokenPattern.source : plainPattern.source, 'gisu');
  return [...text.matchAll(pattern)].map(([raw, slash, name]) => {
    if (html && name !== undefined) {
      return { raw, width: 0, tag: { name: name.toLowerCase(), closes: slash === '/' } };
    }
    return { raw, width: html && raw.length > 2 ? 2 : raw.length, tag: null };
  });
}

/** Ends of a unit, the best first: how much of the piece may be given up for it. */
const breaks: readonly (readonly [RegExp, number])[] = [
  [/\n\n$/, 0.5],
  [/\n$/, 0.35],
  [/[.!?…]["»”)]*\s$/u, 0.35],
  [/\s$/, 0.25],
];

function endOfPiece(tokens: readonly Token[], from: number, limit: number): number {
  let width = 0;
  let tail = '';
  let to = from;
  const best: (number | undefined)[] = breaks.map(() => undefined);
  for (; to < tokens.length; to += 1) {
    const token = tokens[to];
    if (token === undefined) break;
    if (width + token.width > limit) break;
    width += token.width;
    if (token.tag === null) tail = (tail + token.raw).slice(-4);
    breaks.forEach(([pattern, sacrifice], rank) => {
      if (width >= limit * (1 - sacrifice) && pattern.test(tail)) best[rank] = to + 1;
    });
  }
  if (to >= tokens.length) return to;
  return best.find((end) => end !== undefined) ?? Math.max(to, from + 1);
}

function stillOpen(before: readonly Token[], tokens: readonly Token[]): readonly Token[] {
  const stack = [...before];
  for (const token of tokens) {
    if (token.tag === null) continue;
    if (!token.tag.closes) stack.push(token);
    else if (stack.at(-1)?.tag?.name === token.tag.name) stack.pop();
  }
  return stack;
}

function closing(open: readonly Token[]): string {
  return open
    .toReversed()
    .map(({ tag }) => `</${tag?.name ?? ''}>`)
    .join('');
}

function visible(body: string, tokens: readonly Token[]): boolean {
  return body.trim() !== '' && tokens.some(({ tag, raw }) => tag === null && raw.trim() !== '');
}
