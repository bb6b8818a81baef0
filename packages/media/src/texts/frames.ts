import { type Cue, trimmed } from './cue.ts';

/** MicroDVD `{frame}{frame}`, MPL2 `[tenths of a second][tenths]`. */
const FORMS = [
  { mark: /^\s*\{(\d{1,7})\}\{(\d{0,7})\}/, unitMs: null },
  { mark: /^\s*\[(\d{1,7})\]\[(\d{0,7})\]/, unitMs: 100 },
] as const;

/** Reads MicroDVD and MPL2; null when the text is neither: nearly all of its lines begin with two numbers in brackets. */
export function framesCues(text: string): Cue[] | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  for (const { mark, unitMs } of FORMS) {
    if (lines.length === 0 || lines.filter((line) => mark.test(line)).length < lines.length * 0.8) continue;
    return lines.map((line) => {
      const [, start = '', end = ''] = mark.exec(line) ?? [];
      // How long a frame is, the file does not say.
      const ms = (units: string) => (unitMs === null || units === '' ? null : Number(units) * unitMs);
      const said = line
        .replace(mark, '')
        .replaceAll(/\{[a-z]:[^{}]{0,60}\}/gi, '')
        .split('|');
      return {
        startMs: ms(start),
        endMs: ms(end),
        speaker: null,
        // MPL2 begins what is in italics with a stroke; a first line that is only a number tells the frames a second.
        lines: trimmed(said.map((one) => one.replace(/^\//, ''))).filter(
          (one) => !/^\d\d(\.\d+)?$/.test(one),
        ),
        wordTimes: false,
      };
    });
  }
  return null;
}
