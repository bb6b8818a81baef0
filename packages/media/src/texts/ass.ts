import { type Cue, timeMs, trimmed } from './cue.ts';

/** Reads ASS and SSA; null when the text is neither. */
export function assCues(text: string): Cue[] | null {
  if (!/^\s*\[Script Info\]/i.test(text.slice(0, 200))) return null;
  let fields = placesOf('layer,start,end,style,name,marginl,marginr,marginv,effect,text');
  let inEvents = false;
  const cues: Cue[] = [];
  for (const line of text.split('\n')) {
    const section = /^\s*\[([^\]]{1,40})\]\s*$/.exec(line);
    if (section) inEvents = section[1]?.toLowerCase() === 'events';
    else if (inEvents && /^format\s*:/i.test(line)) fields = placesOf(line.slice(line.indexOf(':') + 1));
    else if (inEvents && /^dialogue\s*:/i.test(line)) {
      const values = line.slice(line.indexOf(':') + 1).split(',');
      const value = (name: string) => values[fields.places.get(name) ?? -1]?.trim() ?? '';
      // The text is the last field and may have commas.
      const said = values.slice(fields.count - 1).join(',');
      const name = value('name') || value('actor');
      cues.push({
        startMs: timeMs(value('start')),
        endMs: timeMs(value('end')),
        speaker: name === '' || name === 'NTP' ? null : name,
        lines: trimmed(
          withoutOverrides(said)
            .replaceAll(String.raw`\h`, ' ')
            .split(/\\N/i),
        ),
        wordTimes: false,
      });
    }
  }
  return cues;
}

/** Looked up once a format: a file may have a great many fields, and of the lines that are said. */
function placesOf(format: string): { readonly places: ReadonlyMap<string, number>; readonly count: number } {
  const names = format.split(',').map((name) => name.trim().toLowerCase());
  return { places: new Map(names.map((name, place) => [name, place])), count: names.length };
}

/** What is said, without `{…}`; from `{\p1}` to `{\p0}` a shape is drawn, not said. */
function withoutOverrides(said: string): string {
  let draws = false;
  return said.replaceAll(/\{([^{}]{0,400})\}|\{|[^{]+/g, (whole, tags: string | undefined) => {
    if (tags === undefined) return draws ? '' : whole;
    const drawing = Array.from(tags.matchAll(/\\p(\d)/g)).at(-1)?.[1];
    if (drawing !== undefined) draws = drawing !== '0';
    return '';
  });
}
