import type { Message } from 'telegraf/types';
import type { IncomingMedia } from '@aisha/core';
import { button } from '../buttons.ts';
import type { KeptVoice } from '../chat/memory.ts';
import type { Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';

/** What comes so much later belongs to another talk, in seconds. */
const TOGETHER_S = 120;
/** As many as one recording is made of; what comes beyond it is heard by itself. */
const MOST_VOICES = 50;

/** A forwarded voice, with who said it; null: the message is something else. */
export function forwardedVoice(message: Message, media: IncomingMedia): KeptVoice | null {
  const { source } = media;
  if (!('forward_origin' in message) || !message.forward_origin) return null;
  if (source !== 'voice' && source !== 'video_note') return null;
  const { fileId, mimeType, fileSize, durationS } = media;
  const { message_id: messageId, date: at } = message;
  return {
    messageId,
    source,
    fileId,
    mimeType,
    fileSize,
    durationS,
    sender: senderOf(message.forward_origin),
    at,
  };
}

type Origin = NonNullable<Message.VoiceMessage['forward_origin']>;

function senderOf(origin: Origin): string | null {
  switch (origin.type) {
    case 'user': {
      const { first_name: first, last_name: last } = origin.sender_user;
      return [first, last].filter(Boolean).join(' ') || null;
    }
    case 'hidden_user':
      return origin.sender_user_name || null;
    case 'chat':
      return 'title' in origin.sender_chat ? origin.sender_chat.title : null;
    case 'channel':
      return 'title' in origin.chat ? origin.chat.title : null;
    default:
      return null;
  }
}

/**
 * Keeps a voice that was forwarded with others, and asks once what they are; false: it stands alone. It is in the
 * conversation's row, so whatever restarts meanwhile, the answer finds all of them.
 */
export async function keptAsOneOfSeveral(turn: Turn, voice: KeptVoice): Promise<boolean> {
  const { voices, voicesTold } = turn.memory;
  const last = voices.at(-1);
  const belongs = last !== undefined && voice.at - last.at <= TOGETHER_S;
  if (belongs && voices.length >= MOST_VOICES) return false;
  const coming = (await turn.forwardedVoices()).length;
  if (!belongs && coming < 2) return false;
  const all = belongs ? [...voices, voice] : [voice];
  const told = belongs ? voicesTold : 0;
  const count = Math.min(MOST_VOICES, all.length - 1 + Math.max(1, coming));
  turn.memory = { ...turn.memory, voices: all, voicesTold: Math.max(told, count) };
  // Those that were forwarded with it are counted already.
  if (count > told) turn.send(voicesScreen(turn, count));
  return true;
}

const voicesScreen = (voice: Voice, count: number): Screen => ({
  text: voice.t('voices.ask', { count }),
  buttons: [
    [button(voice.label('voices.one'), 'voices.one')],
    [button(voice.label('voices.each'), 'voices.each')],
  ],
});

/** The voices that wait for an answer; they wait no more. */
export function takeVoices(turn: Turn): readonly KeptVoice[] {
  const { voices } = turn.memory;
  turn.memory = { ...turn.memory, voices: [], voicesTold: 0 };
  return voices;
}

/** Several voices as what is to be heard at once, each of them its sender's. */
export function asOne(voices: readonly KeptVoice[]): IncomingMedia {
  const known = <T>(values: readonly (T | null)[]): T[] => values.filter((one) => one !== null);
  const sizes = known(voices.map(({ fileSize }) => fileSize));
  const lengths = known(voices.map(({ durationS }) => durationS));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  return {
    source: 'voices',
    fileId: voices[0]?.fileId ?? '',
    fileName: null,
    mimeType: null,
    fileSize: sizes.length === voices.length ? sum(sizes) : null,
    durationS: lengths.length === voices.length ? sum(lengths) : null,
    voices: voices.map(({ fileId, fileSize, sender }) => ({ fileId, fileSize, sender })),
  };
}
