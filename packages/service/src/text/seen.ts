/** Spaces, marks that need a letter, controls and fillers; letters that are drawn as nothing (Hangul and Braille blanks). */
const UNSEEN =
  /^[\p{Z}\p{M}\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]*$/u;

/** Whether there is anything in it that a person can see. */
export const canBeSeen = (text: string): boolean => !UNSEEN.test(text.toWellFormed());

const LEFT_TO_RIGHT_ONLY =
  /^[^\p{Bidi_Control}\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]*$/u;

/**
 * A name or title to stand inside a text of ours: what is written from right to left, and controls that turn the
 * direction, end with it (FIRST STRONG ISOLATE … POP DIRECTIONAL ISOLATE, UAX #9).
 */
export function isolated(name: string): string {
  if (LEFT_TO_RIGHT_ONLY.test(name)) return name;
  // A stray end in the name would end our isolate; every other control ends with the isolate.
  return `\u2068${name.replace(/[\u2066-\u2069]/g, '')}\u2069`;
}
