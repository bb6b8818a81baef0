import { expect, test } from 'vitest';
import { callOf } from './calls.ts';

const base = { message_id: 1, date: 1, chat: { id: -1, type: 'group' as const, title: 'G' } };
const voice = { file_id: 'f', file_unique_id: 'u', duration: 1 };
const said = (text: string, about: object = {}) => callOf(Object({ ...base, text, ...about }), 'Aisha_bot');
const answering = { reply_to_message: { ...base, voice } };

test.each([
  ['/transcribe', 'transcribe', 'transcribe'],
  ['/TRANSCRIBE@aisha_BOT now', 'transcribe', 'transcribe'],
  ['please /transcribe', 'transcribe', 'transcribe'],
  ['ну-ка (/transcribe@aisha_bot).', 'transcribe', 'transcribe'],
  ['@Aisha_bot', 'transcribe', 'transcribe'],
  ['расшифруй,\n@aisha_bot!', 'other', 'transcribe'],
  ['@aisha_bot: что ты умеешь?', 'other', 'transcribe'],
  ['/help@aisha_bot', 'other', 'other'],
  ['/help', null, null],
  ['/transcribe@other_bot', null, null],
  ['please /transcribe@other_bot', null, null],
  ['@aisha_bot_2 расшифруй', null, null],
  ['me@aisha_bot.com', null, null],
  ['https://t.me/transcribe', null, null],
  ['расшифруй', null, null],
])('“%s” calls for %s, as an answer to a voice for %s', (text, alone, about) => {
  expect([said(text), said(text, answering)]).toEqual([alone, about]);
});
