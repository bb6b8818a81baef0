import { getDocumentProxy } from './pdf-reader.ts';

export type PdfText =
  | { readonly kind: 'ok'; readonly text: string }
  /** Pages without a letter: pictures of paper. */
  | { readonly kind: 'scanned' }
  | { readonly kind: 'locked' }
  | { readonly kind: 'too_long' }
  | { readonly kind: 'damaged' };

/** pdf.js looks through all pages to find one: 5,000 take some seconds, ten times as many a hundred times as long. */
const MOST_PAGES = 5_000;

/** The text of a PDF document, page by page, up to this many characters. */
export async function pdfText(bytes: Buffer, mostCharacters: number): Promise<PdfText> {
  let read = '';
  try {
    const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
    if (document.numPages > MOST_PAGES) return { kind: 'too_long' };
    for (let number = 1; number <= document.numPages && read.length <= mostCharacters; number++) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      for (const item of items) if ('str' in item) read += item.str + (item.hasEOL ? '\n' : '');
      read += '\n\n';
      page.cleanup();
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') return { kind: 'locked' };
    // The pages before the damage are there.
    if (read.trim() === '') return { kind: 'damaged' };
  }
  // A page's own breaks and gaps are the layout's.
  const text = read
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return text === '' ? { kind: 'scanned' } : { kind: 'ok', text };
}
