import { decodeText } from './encoding.ts';
import { jsonTexts } from './json-texts.ts';
import { isMail, mailText } from './mail.ts';
import { markupText } from './markup.ts';
import { officeText } from './office.ts';
import { pdfText } from './pdf.ts';
import { rtfText } from './rtf.ts';
import { subtitles } from './subtitles.ts';
import { withoutControls } from './control-characters.ts';
import { MOST_CHARACTERS, type TextOutcome } from './outcome.ts';

const OLD_OFFICE = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/** Reads the text of a file, whatever it is by its content: plain, subtitles, an exported chat, a letter, a page, DOCX, ODT, RTF, PDF. */
export async function readText(bytes: Buffer): Promise<TextOutcome> {
  const start = bytes.subarray(0, 1_024).toString('latin1');
  // The mark of a PDF may stand after something else.
  if (start.includes('%PDF-')) {
    const pdf = await pdfText(bytes, MOST_CHARACTERS);
    return pdf.kind === 'ok' ? kept(pdf.text) : pdf;
  }
  if (start.startsWith('PK\u0003\u0004')) {
    const text = await officeText(bytes, MOST_CHARACTERS);
    return text === null ? { kind: 'not_text' } : kept(withoutControls(text));
  }
  if (/^\s*\{\\rtf/.test(start)) return kept(withoutControls(rtfText(bytes)));
  // Word and its kin before 2007, or behind a password.
  if (bytes.subarray(0, 8).equals(OLD_OFFICE)) return { kind: 'not_text' };
  if (isMail(bytes)) return kept(withoutControls(await mailText(bytes)));
  const text = decodeText(bytes);
  const said = text === null ? null : (subtitles(text) ?? jsonTexts(text));
  const plain = said === null && text !== null ? markupText(text) : null;
  const outcome = kept(said?.text ?? plain ?? text);
  return outcome.kind === 'ok' && said?.cues ? { ...outcome, cues: [...said.cues] } : outcome;
}

function kept(text: string | null): TextOutcome {
  if (text === null) return { kind: 'not_text' };
  if (text.length > MOST_CHARACTERS) return { kind: 'too_long' };
  const trimmed = text.replaceAll(/\n{4,}/g, '\n\n\n').trim();
  return trimmed === '' ? { kind: 'empty' } : { kind: 'ok', text: trimmed };
}
