import PostalMime, { type Address } from 'postal-mime';
import { markupText } from './markup.ts';

/** A letter begins with its head, and one of these lines stands in it. */
const HEAD = /^(?:From .{1,200}\r?\n)?[A-Za-z][A-Za-z-]{1,60}: /;
const SURE =
  /^(?:MIME-Version|Message-ID|Received|Return-Path|Content-Type|Delivered-To|X-[A-Za-z-]{1,60}): /im;

/** A file of a letter (EML), or of a page that a browser saved with all of its parts (MHTML). */
export function isMail(bytes: Buffer): boolean {
  const start = bytes
    .subarray(0, 16_384)
    .toString('latin1')
    .replace(/^\u00EF\u00BB\u00BF/, '');
  if (!HEAD.test(start)) return false;
  const [head = ''] = start.split(/\r?\n\r?\n/, 1);
  return (
    SURE.test(head) && head.split(/\r?\n/).every((line) => /^[\t ]|^[A-Za-z0-9-]+:|^From |^>From /.test(line))
  );
}

/** A letter's head, as people look at it, and what it says; of a saved page its words alone. Attached files are left out. */
export async function mailText(bytes: Buffer): Promise<string> {
  const letter = await PostalMime.parse(bytes, { attachmentEncoding: 'arraybuffer' });
  const html = letter.html ?? '';
  const said = letter.text?.trim() ? letter.text : (markupText(`<html>${html}`) ?? html);
  // What a browser saved is from nobody, and its subject is the page's title.
  if (!letter.from?.address && !letter.from?.name?.includes('@')) return said;
  const head = [
    ['From', addresses(letter.from ? [letter.from] : [])],
    ['To', addresses(letter.to ?? [])],
    ['Cc', addresses(letter.cc ?? [])],
    ['Date', letter.headers.find(({ key }) => key === 'date')?.value ?? ''],
    ['Subject', letter.subject ?? ''],
  ];
  const shown = head.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
  return `${shown.join('\n')}\n\n${said}`;
}

const addresses = (all: readonly Address[]): string =>
  all
    .flatMap((one) => one.group ?? [one])
    .map(({ name, address }) => (name && address ? `${name} <${address}>` : name || address))
    .join(', ');
