import { training } from './avatars/training-order.ts';
import { document } from './documents/document-order.ts';
import { exportOrder } from './exports/export-order.ts';
import type { FalOrders } from './fal/order.ts';
import { edit, upscale, video } from './images/change-orders.ts';
import { merge } from './history/merge-order.ts';
import { question } from './history/question-order.ts';
import { firstPictures } from './images/first-pictures.ts';
import { image } from './images/image-order.ts';
import { series } from './images/series.ts';
import { stylePreviewOrder } from './images/style-preview.ts';
import type { OrderDefinition } from './orders/definition.ts';
import { transcription } from './recordings/transcription-order.ts';

/** Kinds whose work is FAL's. */
export const falOrders = {
  training,
  image,
  first_pictures: firstPictures,
  series,
  edit,
  upscale,
  video,
  style_preview: stylePreviewOrder,
} satisfies FalOrders;

/** Every kind of order: a new one is a line here, its definition in its subject's folder, and what the bot shows of it. */
export const orderKinds = {
  ...falOrders,
  transcription,
  document,
  export: exportOrder,
  merge,
  question,
} satisfies Record<string, OrderDefinition>;

export type OrderKind = keyof typeof orderKinds;

export const isOrderKind = (kind: string): kind is OrderKind => Object.hasOwn(orderKinds, kind);

/** Throws for a row of a newer release: a process that knows its kind looks after it. */
export function asOrderKind(kind: string): OrderKind {
  if (!isOrderKind(kind)) throw new Error(`this process knows no order of kind ${kind}`);
  return kind;
}
