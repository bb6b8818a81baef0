import { type Cue, trimmed, withoutEntities } from './cue.ts';

/** Reads SAMI, of several languages the first; null when the text is none. */
export function samiCues(text: string): Cue[] | null {
  if (!/^\s*<sami[\s>]/i.test(text.slice(0, 200))) return null;
  const [, ...parts] = text.split(/<sync\b/i);
  const language = /<p\s[^<>]{0,60}class\s*=\s*["']?(\w{1,20})/i.exec(text)?.[1]?.toLowerCase();
  const cues = parts.map((part) => {
    const start = /^[^<>]{0,60}start\s*=\s*["']?(\d{1,9})/i.exec(part)?.[1];
    const said = part
      .slice(part.indexOf('>') + 1)
      .split(/<p(?=[\s>])/i)
      .filter((one) => {
        const of = /^\s[^<>]{0,60}class\s*=\s*["']?(\w{1,20})/i.exec(one)?.[1]?.toLowerCase();
        return of === undefined || of === language;
      })
      .map((one, n) => (n === 0 && !/^[\s>]/.test(one) ? one : one.slice(one.indexOf('>') + 1)));
    const lines = said
      .join('\n')
      .replaceAll(/<br\s{0,4}\/?>/gi, '\n')
      .replaceAll(/<[^<>]{0,400}>/g, '');
    return {
      startMs: start === undefined ? null : Number(start),
      lines: trimmed(withoutEntities(lines).split('\n')),
    };
  });
  return cues.map((cue, i) => ({
    ...cue,
    // What is said stays until the next begins.
    endMs: cues[i + 1]?.startMs ?? null,
    speaker: null,
    wordTimes: false,
  }));
}
