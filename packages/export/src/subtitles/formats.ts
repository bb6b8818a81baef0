import type { Paper } from '../paper.ts';
import type { Spoken } from '../blocks.ts';
import { cuesOf } from './cues.ts';

const spokenIn = ({ blocks }: Pick<Paper, 'blocks'>): readonly Spoken[] =>
  blocks.flatMap((block) => (block.block === 'speech' ? block.items : []));

function time(ms: number, point: ',' | '.'): string {
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  const rest = String(Math.floor(ms % 1_000)).padStart(3, '0');
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}${point}${rest}`;
}

/** SubRip: who speaks stands before their first words. */
export function toSrt(paper: Paper): string {
  return cuesOf(spokenIn(paper), (speaker) => `${speaker}:`)
    .map(({ startMs, endMs, lines }, i) => {
      const text = lines.map((line) => line.replaceAll('-->', '→')).join('\n');
      return `${i + 1}\n${time(startMs, ',')} --> ${time(endMs, ',')}\n${text}\n`;
    })
    .join('\n');
}

/** WebVTT (W3C): who speaks is a voice span; what would be markup is escaped. */
export function toVtt(paper: Paper): string {
  const safe = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const cues = cuesOf(spokenIn(paper)).map(({ startMs, endMs, speaker, lines }) => {
    const text = lines.map(safe).join('\n');
    const voiced = speaker === null ? text : `<v ${safe(speaker).replace(/\s+/gu, ' ')}>${text}</v>`;
    return `${time(startMs, '.')} --> ${time(endMs, '.')}\n${voiced}\n`;
  });
  return `WEBVTT\n\n${cues.join('\n')}`;
}
