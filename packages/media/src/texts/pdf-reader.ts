import { registerHooks } from 'node:module';

/**
 * pdf.js saves a state of text (operator `q`) as an object on top of the one before, although it copies every field: each
 * further one is looked through to the bottom, so that 400 KB of `q` took minutes. Here a state stands on its class.
 */
const SLOW = 'Object.assign(Object.create(this),this)';
const FAST = 'Object.assign(Object.create(Object.getPrototypeOf(this)),this)';

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith('/unpdf/dist/pdfjs.mjs')) return loaded;
    const { source } = loaded;
    const code = typeof source === 'string' ? source : new TextDecoder().decode(source);
    // A new release of it is to be looked at before it reads anything.
    if (code.split(SLOW).length !== 2) throw new Error('pdf.js saves its states otherwise than it did');
    return { ...loaded, source: code.replace(SLOW, FAST) };
  },
});

export const { getDocumentProxy } = await import('unpdf');
