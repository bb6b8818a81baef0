import type { ChatMessage } from '@aisha/sandbox';
import { buttonsOf, type Person, type Photo, says, type Upload } from './person.ts';
import type { Words } from './words.ts';

/** What people do, step by step as they would. Each resolves with the message that the step ends in. */

/** From the first word to the screen that asks for photos. */
export async function draftAvatar(person: Person, words: Words, name: string): Promise<ChatMessage> {
  const { id } = await person.write('/new_avatar');
  await person.press(words.portrait, { after: id });
  await person.see(says(words.askName), 'the question for a name', { after: id });
  await person.write(name);
  await person.press(words.man, { after: id });
  await person.press(words.consent, { after: id });
  return person.see(says(words.sendPhotos), 'the request for photos', { after: id });
}

/** Sends photos as an album and waits until the counter offers to train. */
export async function sendPhotos(
  person: Person,
  words: Words,
  photos: readonly Photo[],
): Promise<ChatMessage> {
  await person.album(photos);
  return person.see(
    (message) =>
      words.accepted(photos.length).test(message.text) && buttonsOf(message).some((b) => words.train.test(b)),
    `${photos.length} photos accepted`,
  );
}

/** Orders the training on the counter's message; that message becomes the status message. */
export async function startTraining(
  person: Person,
  words: Words,
  counter: ChatMessage,
): Promise<ChatMessage> {
  await person.pressOn(counter, words.train);
  await person.press(words.fast, { after: counter.id - 1 });
  return person.see(
    (message) =>
      message.id === counter.id && buttonsOf(message).length === 1 && hasButton(message, words.cancel),
    'the status of the training',
  );
}

/** The whole way to an avatar that is ready. */
export async function trainAvatar(
  person: Person,
  words: Words,
  name: string,
  photos: readonly Photo[],
): Promise<{ status: number; ready: ChatMessage }> {
  await draftAvatar(person, words, name);
  const counter = await sendPhotos(person, words, photos);
  const { id: status } = await startTraining(person, words, counter);
  const ready = await person.see(says(words.ready(name)), 'the word that the avatar is ready');
  return { status, ready };
}

/** Orders pictures without waiting for them; the number of the last message before the order. */
export async function orderImages(
  person: Person,
  words: Words,
  prompt: string,
  options: { shape?: string; count?: number } = {},
): Promise<number> {
  const { id } = await person.write('/imagine');
  await person.see(says(words.describe), 'the question for a description', { after: id });
  for (const choice of [options.shape, options.count?.toString()]) {
    if (choice === undefined) continue;
    await person.press(new RegExp(`^${choice}$`), { after: id });
    // The choice is marked before the next press, as a person would see it.
    const chosen = new RegExp(`^• ${choice} •$`);
    await person.see((message) => hasButton(message, chosen), `${choice} marked`, { after: id });
  }
  return (await person.write(prompt)).id;
}

/** Sends a recording or a text and waits for what it became. */
export async function transcribe(
  person: Person,
  words: Words,
  kind: 'voice' | 'audio' | 'video' | 'document',
  file: Upload,
): Promise<ChatMessage> {
  const { id } = await person.media(kind, file);
  return person.see((message) => hasButton(message, words.summary), 'the transcript', { after: id });
}

export const hasButton = (message: ChatMessage, label: RegExp): boolean =>
  buttonsOf(message).some((button) => label.test(button));

export const isImage = (message: ChatMessage): boolean => message.file?.kind === 'photo';
