import { avatars, documents, type OwedCall, recordings } from '@aisha/db';
import {
  asOrderKind,
  type DeciderParts,
  findUser,
  imageInput,
  imagesOf,
  type Order,
  findOrder,
} from '@aisha/core';
import { escapeHtml, messageLimit, truncate } from '@aisha/providers';
import { eq } from 'drizzle-orm';
import { documentMessages } from '../documents/results.ts';
import { fileNameOf, sendFile, sendImage } from '../chat/results.ts';
import { editScreen, sendScreen } from '../chat/screen.ts';
import { imageButtons, imageCaption } from '../images/screens.ts';
import type { Voice } from '../avatars/screens.ts';
import { failureText, statusScreen } from '../orders/screens.ts';
import { documentButtons } from '../recordings/screens.ts';
import type { Texts } from '../texts/index.ts';
import type { BotSettings } from '../chat/turn.ts';

export interface RenderParts extends Pick<DeciderParts, 'db'> {
  readonly texts: Texts;
  readonly settings: BotSettings;
}

/** Speaks the language of this person at this moment. */
export async function voiceOf(parts: RenderParts, userId: number): Promise<Voice> {
  const language = (await findUser(parts.db, userId))?.language ?? 'ru';
  return {
    t: (key, params) => parts.texts.html(language, key, params),
    label: (key, params) => parts.texts.plain(language, key, params),
    settings: parts.settings,
  };
}

/** Everything that is told when an order ends: the status message in its last form, then the result or the reason. */
export async function orderEnded(parts: RenderParts, orderId: string): Promise<OwedCall[]> {
  const order = await findOrder(parts.db, orderId);
  if (!order) return [];
  const voice = await voiceOf(parts, order.ownerId);
  const status =
    order.statusMessageId === null
      ? []
      : [editScreen(order.chatId, order.statusMessageId, statusScreen(voice, order))];
  const told = order.state === 'succeeded' ? await result(parts, voice, order) : [failure(voice, order)];
  return [...status, ...told];
}

function failure(voice: Voice, order: Order): OwedCall {
  const retry =
    order.kind === 'training' && order.subjectId
      ? [[{ text: voice.label('retry.training'), data: `avatar.photos:${order.subjectId}` }]]
      : [];
  return sendScreen(order.chatId, {
    text: `<b>${voice.t(`order.${asOrderKind(order.kind)}`)}</b>\n${voice.t('order.failed')}\n\n${failureText(voice, order.failure)}`,
    buttons: [...retry, [{ text: voice.label('button.menu'), data: 'menu' }]],
  });
}

async function result(parts: RenderParts, voice: Voice, order: Order): Promise<OwedCall[]> {
  const kind = asOrderKind(order.kind);
  switch (kind) {
    case 'training':
      return trained(parts, voice, order);
    case 'image':
      return drawn(parts, voice, order);
    case 'transcription':
      return transcribed(parts, voice, order);
    case 'document':
      return written(parts, voice, order);
    default:
      return kind satisfies never;
  }
}

async function trained(parts: RenderParts, voice: Voice, order: Order): Promise<OwedCall[]> {
  const [avatar] = await parts.db
    .select()
    .from(avatars)
    .where(eq(avatars.id, order.subjectId ?? ''));
  if (!avatar) return [];
  const text = voice.t('avatar.ready', { name: avatar.name });
  return [
    sendScreen(order.chatId, {
      text: voice.settings.testMode ? `${text}\n\n${voice.t('test.banner')}` : text,
      buttons: [
        [{ text: voice.label('avatar.draw'), data: `imagine:${avatar.id}:below` }],
        [{ text: voice.label('menu.avatars'), data: 'avatars' }],
      ],
    }),
  ];
}

async function drawn(parts: RenderParts, voice: Voice, order: Order): Promise<OwedCall[]> {
  const pictures = await imagesOf(parts.db, order.id);
  const banner = voice.settings.testMode ? `${voice.t('test.banner')}\n` : '';
  const calls = pictures.map((image) =>
    sendImage(order.chatId, image, `${banner}${imageCaption(image)}`, imageButtons(voice, image)),
  );
  const { count: total } = imageInput.parse(order.input);
  if (pictures.length < total)
    calls.push(
      sendScreen(order.chatId, { text: voice.t('image.partial', { count: pictures.length, total }) }),
    );
  return calls;
}

/** Short texts stand in the chat, long ones go as a file with their beginning. */
async function transcribed(parts: RenderParts, voice: Voice, order: Order): Promise<OwedCall[]> {
  const [recording] = await parts.db
    .select()
    .from(recordings)
    .where(eq(recordings.id, order.subjectId ?? ''));
  if (!recording?.text || !recording.transcriptKey) return [];
  const buttons = documentButtons(voice, recording.id);
  const replyTo = recording.messageId;
  const text = escapeHtml(recording.text);
  if (text.length <= messageLimit - 96) return [sendScreen(order.chatId, { text, buttons }, { replyTo })];
  const preview = truncate(recording.text, 500).text;
  return [
    sendFile(
      order.chatId,
      { bucket: 'transcripts', key: recording.transcriptKey, filename: `${fileNameOf(recording.title)}.txt` },
      voice.t('recording.file', { preview }),
      { replyTo, buttons },
    ),
  ];
}

async function written(parts: RenderParts, voice: Voice, order: Order): Promise<OwedCall[]> {
  const [found] = await parts.db
    .select({ document: documents, recording: recordings })
    .from(documents)
    .innerJoin(recordings, eq(recordings.id, documents.recordingId))
    .where(eq(documents.id, order.subjectId ?? ''));
  return found ? documentMessages(voice, order.chatId, found.document, found.recording) : [];
}
