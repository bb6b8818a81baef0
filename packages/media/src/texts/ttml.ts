import { SaxesParser } from 'saxes';
import { type Cue, timeMs, trimmed } from './cue.ts';

/** Writers nest some ten; a file of nothing but beginnings must not grow a stack of millions. */
const MOST_DEPTH = 1_000;

/** Reads TTML (also called DFXP); null when the text is no such XML, or damaged. */
export function ttmlCues(text: string): Cue[] | null {
  if (
    !/^\s*(?:<\?xml[^<>]{0,200}\?>\s*)?(?:<!--[^<>]{0,500}-->\s*)?<(?:\w{1,20}:)?tt[\s>]/.test(
      text.slice(0, 1_000),
    )
  )
    return null;
  const cues: Cue[] = [];
  let said: { startMs: number | null; endMs: number | null; text: string } | null = null;
  // Entities are the five of XML: none can be declared here, so none can grow.
  const parser = new SaxesParser();
  // The first error ends it: a file of nothing but errors must not make a message of each.
  parser.on('error', (error) => {
    throw error;
  });
  const local = (name: string) => name.slice(name.indexOf(':') + 1);
  let depth = 0;
  parser.on('opentag', ({ name, attributes }) => {
    if (++depth > MOST_DEPTH) throw new Error('nested too deep');
    if (local(name) === 'p')
      said = { startMs: timeMs(attributes['begin'] ?? ''), endMs: timeMs(attributes['end'] ?? ''), text: '' };
    else if (said && local(name) === 'br') said.text += '\n';
  });
  parser.on('text', (chars) => {
    if (said) said.text += chars.replaceAll('\n', ' ');
  });
  parser.on('closetag', ({ name }) => {
    depth -= 1;
    if (!said || local(name) !== 'p') return;
    const { startMs, endMs, text: words } = said;
    cues.push({ startMs, endMs, speaker: null, lines: trimmed(words.split('\n')), wordTimes: false });
    said = null;
  });
  try {
    parser.write(text).close();
  } catch {
    return null;
  }
  return cues;
}
