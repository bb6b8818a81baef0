import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as fontkit from 'fontkit';

const file = (name: string): string => createRequire(import.meta.url).resolve(name);
const serif = (name: string): string => file(`@expo-google-fonts/pt-serif/${name}/PTSerif_${name}.ttf`);
const sans = (name: string): string => file(`dejavu-fonts-ttf/ttf/${name}.ttf`);

/** PT Serif was drawn for the languages of Russia and its neighbours, Kazakh among them; DejaVu has what it lacks. */
export const FONTS = {
  Serif: {
    normal: serif('400Regular'),
    bold: serif('700Bold'),
    italics: serif('400Regular_Italic'),
    bolditalics: serif('700Bold_Italic'),
  },
  Signs: {
    normal: sans('DejaVuSans'),
    bold: sans('DejaVuSans-Bold'),
    italics: sans('DejaVuSans-Oblique'),
    bolditalics: sans('DejaVuSans-BoldOblique'),
  },
} as const;
export type FontName = keyof typeof FONTS;

export interface Lettering {
  /** A text in stretches that one font has each; what none has becomes a square. */
  readonly split: (text: string) => { readonly font: FontName; readonly text: string }[];
}

/** Reads which letters the fonts have. */
export function openLettering(): Lettering {
  const letters = (path: string): ReadonlySet<number> => {
    const font = fontkit.create(readFileSync(path));
    if (!('characterSet' in font)) throw new Error(`${path} is not one font`);
    return new Set(font.characterSet);
  };
  const own = letters(FONTS.Serif.normal);
  const other = letters(FONTS.Signs.normal);
  const fontOf = (character: string): FontName => {
    const code = character.codePointAt(0) ?? 0;
    return own.has(code) || !other.has(code) ? 'Serif' : 'Signs';
  };
  return {
    split(text) {
      const stretches: { font: FontName; text: string }[] = [];
      for (const character of text) {
        const code = character.codePointAt(0) ?? 0;
        const known = own.has(code) || other.has(code);
        // Pictures and joiners have no letter to stand for; other scripts are seen to be missing.
        if (!known && /[\p{Extended_Pictographic}\p{Mn}\p{Cf}]/u.test(character)) continue;
        const font = fontOf(character);
        const shown = known ? character : '□';
        const last = stretches.at(-1);
        const signs = known ? font : 'Signs';
        if (last?.font === signs) last.text += shown;
        else stretches.push({ font: signs, text: shown });
      }
      return stretches;
    },
  };
}

/** Signs that may be missing from a text that is otherwise shown: the odd word of another script. */
const MOST_MISSING = 0.03;

/** Whether a text can be read in our fonts: those of China, India and others have letters that they lack. */
export function isLettered(text: string, { split }: Lettering): boolean {
  const missing = split(text).reduce((sum, one) => sum + (one.text.match(/□/gu)?.length ?? 0), 0);
  return missing <= text.length * MOST_MISSING;
}
