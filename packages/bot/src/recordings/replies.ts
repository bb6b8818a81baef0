import {
  correctRecording,
  doubtsOf,
  passageMeant,
  type Result,
  resultInMessage,
  speakersOf,
  transcriptInRow,
  readName,
} from '@aisha/core';
import { shorten } from '@aisha/service';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { READABLY } from '../chat/screen.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { giveFile } from '../exports/presses.ts';
import { settle } from './correcting.ts';
import { callSpeaker } from './naming.ts';
import { lineAt, lineOf, showChanged } from './shown.ts';

/** What somebody writes as a reply to a recording's text: a time, a name, the right words, words to be heard. */
export function repliesComposer() {
  const composer = new Composer();
  composer.on(message('text'), async (ctx, next) => {
    const turn = turnOf(ctx);
    const { text, reply_to_message: original } = ctx.message;
    if (!original || original.from?.id !== ctx.botInfo.id || text.startsWith('/')) return next();
    const at = { chatId: turn.chatId, messageId: original.message_id };
    const result = await resultInMessage(turn.unit.tx, turn.user.id, at);
    const quoted = ctx.message.quote?.text ?? null;
    if (!result || !(await answered(turn, result, text.trim(), quoted))) return next();
  });
  return composer;
}

const TIME = /^(?:(\d{1,2}):)?(\d{1,2}):(\d{2})$/;
/** «Голос 1 → Анна», "Voice 2: Anna", «1-дауыс = Айгүл». */
const NAMES =
  /^(?:голос|спикер|говорящий|voice|speaker|дауыс|сөйлеуші)?\s*№?\s*(\d{1,2})(?:-?\s*(?:дауыс|сөйлеуші))?\s*(?:[-–—=]*>|→|[=:–—-])\s*(\D.*)$/iu;

/** False: it is something else, a question for instance. */
async function answered(
  turn: Turn,
  { recording }: Result,
  text: string,
  quoted: string | null,
): Promise<boolean> {
  const play = (line: number) => giveFile(turn, recording, { format: 'sound', line }).then(() => true);
  const time = TIME.exec(text);
  if (time) {
    const [, hours = '0', minutes = '0', seconds = '0'] = time;
    const line = lineAt(recording, ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000);
    if (line !== null) return play(line);
    turn.send({ text: turn.t('reply.no_moment') });
    return true;
  }
  const [, number, called] = NAMES.exec(text) ?? [];
  const name = called === undefined ? null : readName(called);
  const speaker = Number(number) - 1;
  if (name !== null && speaker >= 0 && speaker < speakersOf(recording, transcriptInRow(recording)).length) {
    await callSpeaker(turn, recording, speaker, name);
    return true;
  }
  if (/\?\s*$/u.test(text) && quoted === null) return false;
  const doubts = doubtsOf(recording);
  const [only] = quoted === null ? doubts : doubts.filter((one) => plain(one.text) === plain(quoted));
  const isWord = only !== undefined && wordsIn(text) <= wordsIn(only.text) + (quoted === null ? 0 : 2);
  const meant = passageMeant(recording, text);
  if (meant?.kind === 'same') return play(lineOf(recording, meant.segment));
  if (only && isWord && (quoted !== null || (doubts.length === 1 && meant === null))) {
    await settle(turn, recording, only, text);
    return true;
  }
  if (meant) {
    await correctRecording(turn.unit, recording, meant.changes);
    await showChanged(turn, recording);
    turn.send({
      text: turn.t('correction.done', {
        was: shorten(meant.was, 400, READABLY),
        now: shorten(meant.now, 400, READABLY),
      }),
    });
    return true;
  }
  turn.send({ text: turn.t('reply.how') });
  return true;
}

const wordsIn = (text: string): number => text.split(/\s+/u).length;

const plain = (text: string): string => text.toLocaleLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
