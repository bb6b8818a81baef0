import type { OpenAiClient } from '@aisha/providers';
import { TransientError } from '@aisha/service';
import { z } from 'zod';
import type { Avatar } from '../avatars/avatars.ts';
import { personWord } from '../avatars/words.ts';

/** Diffusion models understand English; plain Latin text is sent as it is. */
const NEEDS_TRANSLATION = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u;

// Strict mode of structured output refuses length rules; an empty answer is seen afterwards.
const translation = z.object({ english: z.string() });

/** Whether the text may be drawn; `account`: nobody can say until an operator acts. */
export async function judgePrompt(
  openai: OpenAiClient,
  prompt: string,
  signal: AbortSignal,
): Promise<'allowed' | 'flagged' | 'account'> {
  const verdict = await openai.moderate({ text: prompt, signal });
  switch (verdict.kind) {
    case 'ok':
      return verdict.flagged ? 'flagged' : 'allowed';
    case 'unavailable':
      if (verdict.account) return 'account';
      throw new TransientError(`moderation is not available now: ${verdict.why}`);
    default:
      return verdict satisfies never;
  }
}

/** The prompt in English. When the text model cannot help, the text is sent as it was written. */
export async function englishPrompt(
  openai: OpenAiClient,
  prompt: string,
  signal: AbortSignal,
): Promise<string> {
  if (!NEEDS_TRANSLATION.test(prompt)) return prompt;
  const outcome = await openai.completeJson({
    schema: translation,
    schemaName: 'translation',
    system:
      'Translate the image description into English for an image model. Keep every detail, add nothing, keep names. Answer only with the translation.',
    user: prompt,
    signal,
  });
  return (outcome.kind === 'ok' && outcome.value.english.trim()) || prompt;
}

/** Puts the avatar's word into the description, so that the picture shows the avatar. */
export function promptWithAvatar(prompt: string, avatar: Avatar | null): string {
  if (!avatar?.trigger) return prompt;
  return avatar.subject
    ? `photo of ${avatar.trigger} ${personWord(avatar.subject)}, ${prompt}`
    : `${prompt}, in the style of ${avatar.trigger}`;
}
