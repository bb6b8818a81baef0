import type { TelegramControl } from './index.ts';
import type { ChatMessage, Transcript } from './view.ts';

export interface WaitOptions {
  /** A person's id for their private chat, or a group's. */
  chatId: number;
  bot?: string;
  /** Only messages new or changed after this `seq`. */
  after?: number;
  /** 15 s when absent. */
  timeoutMs?: number;
}

/** Waits until what is in a chat satisfies `isEnough`, looking after every change. */
export async function waitForTranscript(
  control: Pick<TelegramControl, 'transcript' | 'wait'>,
  { chatId, bot, timeoutMs = 15_000 }: WaitOptions,
  isEnough: (transcript: Transcript) => boolean,
): Promise<Transcript> {
  const deadline = performance.now() + timeoutMs;
  const where = bot === undefined ? { chatId } : { chatId, bot };
  for (;;) {
    const transcript = await control.transcript(where);
    if (isEnough(transcript)) return transcript;
    const left = deadline - performance.now();
    if (left <= 0)
      throw new Error(`Nothing of the kind came within ${timeoutMs} ms. The chat:\n${summary(transcript)}`);
    await control.wait({ ...where, after: transcript.seq, timeoutMs: Math.min(left, 10_000) });
  }
}

/** Waits for a message (also an edited one) that satisfies `isIt`. */
export async function waitForMessage(
  control: Pick<TelegramControl, 'transcript' | 'wait'>,
  options: WaitOptions,
  isIt: (message: ChatMessage) => boolean,
): Promise<ChatMessage> {
  const find = ({ messages }: Transcript): ChatMessage | undefined =>
    messages.findLast((message) => !message.deleted && message.seq > (options.after ?? 0) && isIt(message));
  const found = find(
    await waitForTranscript(control, options, (transcript) => find(transcript) !== undefined),
  );
  if (found === undefined) throw new Error('The message was there a moment ago');
  return found;
}

const summary = ({ messages }: Transcript): string =>
  messages
    .slice(-10)
    .map(({ id, fromBot, text, file, deleted }) => {
      const what = text === '' ? `(${file?.kind ?? 'no text'})` : text;
      return `#${id} ${fromBot ? 'bot' : 'user'}${deleted ? ' (deleted)' : ''}: ${what}`;
    })
    .join('\n');
