import { type Cue, timeMs, trimmed } from './cue.ts';

/** Reads ASS and SSA; null when the text is neither. */
export function assCues(text: string): Cue[] | null {
  if (!/^\s*\[Script Info\]/i.test(text.slice(0, 200))) return null;
  let fields = 'layer,start,end,style,name,marginl,marginr,marginv,effect,text'.split(',');
  let inEvents = false;
  const cues: Cue[] = [];
  for (const line of text.split('\n')) {
    const section = /^\s*\[([^\]]{1,40})\]\s*$/.exec(line);
    if (section) inEvents = section[1]?.toLowerCase() === 'events';
    else if (inEvents && /^format\s*:/i.test(line))
      fields = line
        .slice(line.indexOf(':') + 1)
        .split(',')
        .map((name) => name.trim().toLowerCase());
    else if (inEvents && /^dialogue\s*:/i.test(line)) {
      const values = line.slice(line.indexOf(':') + 1).split(',');
      const value = (name: string) => values[fields.indexOf(name)]?.trim() ?? '';
      // The text is the last field and may have commas.
      const said = values.slice(fields.length - 1).join(',');
      // Not said: `{\p1}` draws a shape.
      if (/\{[^{}]{0,200}\\p[1-9]/.test(said)) continue;
      const name = value('name') || value('actor');
      cues.push({
        startMs: timeMs(value('start')),
        endMs: timeMs(value('end')),
        speaker: name === '' || name === 'NTP' ? null : name,
        lines: trimmed(
          said
            .replaceAll(/\{[^{}]{0,400}\}/g, '')
            .replaceAll(String.raw`\h`, ' ')
            .split(/\\N/i),
        ),
        wordTimes: false,
      });
    }
  }
  return cues;
}
