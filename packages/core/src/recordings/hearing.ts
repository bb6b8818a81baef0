import type { FailureReason } from '@aisha/db';
import type { Order } from '../unit.ts';
import type { Sent } from './heard.ts';
import type { Piece } from './piece.ts';
import type { Recording } from './recordings.ts';

/** What one piece is heard with. */
export interface Hearing {
  readonly order: Order;
  readonly recording: Recording;
  readonly piece: Piece;
  readonly sent: Sent;
  readonly audio: () => Promise<Buffer>;
  readonly vocabulary: readonly string[];
}

/** What came of asking one recogniser. */
export type Asked =
  | { readonly kind: 'done' }
  /** It is at it, and somebody will come back. */
  | { readonly kind: 'waiting' }
  /** It cannot: the next one is asked. */
  | { readonly kind: 'failed'; readonly failure: FailureReason };
