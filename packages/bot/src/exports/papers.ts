import {
  type Document,
  documentBlocks,
  type DocumentBlock,
  type Recording,
  speakersOf,
  type Transcript,
} from '@aisha/core';
import { isLanguage, type Language } from '@aisha/db';
import { type Block, inWords, type Paper, type Spoken } from '@aisha/export';
import type { Voice } from '../chat/voice.ts';
import type { TextKey } from '../texts/index.ts';

type PaperVoice = Pick<Voice, 'label'>;

/** A label of the chat without its picture, which no letterhead has. */
const plainly = (voice: PaperVoice) => (label: TextKey) =>
  voice.label(label).replace(/^[\p{Extended_Pictographic}\u{fe0f}\s]+/u, '');

/** Of a file its name, without what says what file it was. */
const titleOf = ({ title }: Pick<Recording, 'title'>): string => title.replace(/\.[A-Za-z]\w{1,4}$/, '');

/** What every paper of a recording has. */
const sheet = (
  voice: PaperVoice,
  recording: Recording,
  language: string,
): Omit<Paper, 'blocks' | 'form'> => ({
  title: titleOf(recording),
  language,
  words: {
    absent: voice.label('document.absent'),
    task: voice.label('paper.task'),
    owner: voice.label('paper.owner'),
    due: voice.label('paper.due'),
    moment: voice.label('paper.moment'),
  },
  recordedAt: recording.createdAt.toISOString(),
});

/** What was said, with its times and speakers; a text without times is its paragraphs. */
export function transcriptPaper(
  voice: PaperVoice,
  recording: Recording,
  transcript: Transcript,
  language: Language,
): Paper {
  const title: Block = {
    block: 'title',
    label: plainly(voice)('paper.transcript'),
    text: titleOf(recording),
  };
  const said: Block =
    transcript.timesFrom === 'none'
      ? { block: 'paragraphs', items: transcript.segments.map(({ text }) => ({ text, at: null })) }
      : { block: 'speech', items: spoken(voice, recording, transcript) };
  return {
    ...sheet(voice, recording, transcript.language ?? language),
    form: 'plain',
    blocks: [title, said],
  };
}

function spoken(voice: PaperVoice, recording: Recording, transcript: Transcript): Spoken[] {
  const names = speakersOf(recording, transcript);
  return transcript.segments.map(({ startMs, endMs, speaker, text, words }) => ({
    startMs,
    endMs,
    speaker:
      speaker === null || names.length === 0
        ? null
        : (names[speaker] ?? voice.label('speaker', { number: speaker + 1 })),
    text,
    ...(words
      ? { words: words.map((one) => ({ text: one.text, startMs: one.startMs, endMs: one.endMs })) }
      : {}),
  }));
}

/** A document as a paper, in words of its own language where it is one of ours; null when its form is not known any more. */
export function documentPaper(voice: PaperVoice, recording: Recording, document: Document): Paper | null {
  const blocks = documentBlocks(document);
  if (!blocks) return null;
  const words = plainly(voice);
  return {
    ...sheet(voice, recording, document.language),
    form: blocks.some(isFormal) ? 'protocol' : 'plain',
    blocks: blocks.map((block) => inWords(block, words)),
  };
}

const isFormal = ({ block }: DocumentBlock): boolean => block === 'letterhead';

/** In which of our languages the labels of a document are. */
export const labelLanguage = (document: Pick<Document, 'language'>, reader: Language): Language =>
  isLanguage(document.language) ? document.language : reader;
