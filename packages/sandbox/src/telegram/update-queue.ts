import { unixTime, type Clock } from './clock.ts';
import type { UpdateType } from './types.ts';

/** Updates of one bot wait here: at most this many, this many bytes, each no bigger than that. */
const MAX_UPDATES = 100_000;
const MAX_BYTES = 128 * 1024 * 1024;
const MAX_UPDATE_BYTES = 512 * 1024;
/** A response stops growing here even when `limit` allows more. */
const MAX_RESPONSE_BYTES = 1 << 22;
/** An offset further beyond the tail, or further before the head, than this is taken for nonsense. */
const OFFSET_SLACK_AHEAD = 10;
const OFFSET_SLACK_BEHIND = 100_000;
const ID_CHANGES_AFTER_SECONDS = 7 * 86_400;
/** Confirmed updates remembered, so that a test can have them delivered again. */
const REMEMBERED = 500;

export interface QueuedUpdate {
  id: number;
  type: UpdateType;
  /** Webhooks deliver one update at a time per key. */
  orderKey: string;
  /** Unix seconds. */
  expiresAt: number;
  bytes: number;
  json: string;
}

export interface QueueSnapshot {
  nextId: number;
  lastPushAt: number;
  updates: QueuedUpdate[];
}

/** Sequential ids starting anywhere in [2 000 001, 2^31 / 2]. */
const randomId = (): number => 2_000_001 + Math.floor(Math.random() * (0x3fffffff - 2_000_001));

/** The queue of updates of one bot, as the Bot API server keeps it. */
export class UpdateQueue {
  readonly #clock: Clock;
  /** `#items[i]` has the id `#firstId + i`; taken ones leave a hole. */
  #items: (QueuedUpdate | undefined)[] = [];
  #firstId = randomId();
  #count = 0;
  #bytes = 0;
  #lastPushAt: number;
  #dropped = 0;
  #confirmed: QueuedUpdate[] = [];
  #replays: QueuedUpdate[] = [];
  /** Called after updates went, for whoever saves the queue. */
  onRemoved: () => void = () => {};

  constructor(clock: Clock, snapshot?: QueueSnapshot) {
    this.#clock = clock;
    this.#lastPushAt = snapshot?.lastPushAt ?? unixTime(clock);
    if (snapshot === undefined) return;
    this.#firstId = snapshot.updates[0]?.id ?? snapshot.nextId;
    for (const update of snapshot.updates) {
      this.#items[update.id - this.#firstId] = update;
      this.#count += 1;
      this.#bytes += update.bytes;
    }
    this.#items.length = snapshot.nextId - this.#firstId;
  }

  get size(): number {
    this.#expire();
    return this.#count;
  }

  /** Updates that found no room, ever. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The id the next update gets. */
  get tail(): number {
    return this.#firstId + this.#items.length;
  }

  get head(): number {
    const index = this.#items.findIndex((item) => item !== undefined);
    return index === -1 ? this.tail : this.#firstId + index;
  }

  /** Puts an update in; null when it is expired already, too big, or the queue is full: nobody is told. */
  push(type: UpdateType, orderKey: string, payload: object, expiresAt: number): QueuedUpdate | null {
    const now = unixTime(this.#clock);
    if (this.#count === 0 && now - this.#lastPushAt >= ID_CHANGES_AFTER_SECONDS) this.resetIds(randomId());
    if (expiresAt <= now) return null;
    const id = this.tail;
    const json = `{"update_id":${id},"${type}":${JSON.stringify(payload)}}`;
    const bytes = Buffer.byteLength(json);
    if (bytes > MAX_UPDATE_BYTES || this.#count >= MAX_UPDATES || this.#bytes + bytes > MAX_BYTES) {
      this.#dropped += 1;
      return null;
    }
    const update: QueuedUpdate = { id, type, orderKey, expiresAt, bytes, json };
    this.#items.push(update);
    this.#count += 1;
    this.#bytes += bytes;
    this.#lastPushAt = now;
    return update;
  }

  /**
   * What `getUpdates` returns for this offset. A positive offset confirms everything before it, a negative one
   * all but the last `-offset`; being returned confirms nothing.
   */
  read(offset: number, limit: number): string[] {
    this.#confirmUpTo(offset);
    const found: string[] = [];
    let bytes = 0;
    for (const update of this.#takeReplays(limit)) found.push(update.json);
    const now = unixTime(this.#clock);
    const from = this.#startOf(offset);
    for (let index = from - this.#firstId; index < this.#items.length && found.length < limit; index += 1) {
      const update = this.#items[index];
      if (update === undefined) continue;
      if (update.expiresAt <= now) {
        this.#remove(update, false);
        continue;
      }
      if (found.length > 0 && bytes + update.bytes > MAX_RESPONSE_BYTES) break;
      bytes += update.bytes;
      found.push(update.json);
    }
    this.#compact();
    return found;
  }

  /** All that wait and have not expired, oldest first. */
  pending(): QueuedUpdate[] {
    this.#expire();
    return this.#items.filter((item) => item !== undefined);
  }

  /** Confirms one update (a webhook answered 2xx, or its time ran out). */
  forget(id: number): void {
    const update = this.#items[id - this.#firstId];
    if (update !== undefined) this.#remove(update, true);
    this.#compact();
  }

  has(id: number): boolean {
    return this.#items[id - this.#firstId] !== undefined;
  }

  clear(): void {
    this.#firstId = this.tail;
    this.#items = [];
    this.#count = 0;
    this.#bytes = 0;
  }

  /** Delivers the last `count` confirmed updates once more, under their old ids. */
  replay(count: number): QueuedUpdate[] {
    const updates = this.#confirmed.slice(-count);
    this.#replays.push(...updates);
    return updates;
  }

  takeReplays(): QueuedUpdate[] {
    return this.#takeReplays(this.#replays.length);
  }

  /** Goes on counting from another id, as after a week without updates. Possible only while nothing waits. */
  resetIds(next: number): void {
    if (this.#count > 0) throw new Error('Update ids change only while no update is pending');
    this.#items = [];
    this.#firstId = next;
  }

  snapshot(): QueueSnapshot {
    return { nextId: this.tail, lastPushAt: this.#lastPushAt, updates: this.pending() };
  }

  #startOf(offset: number): number {
    if (offset <= 0 || offset > this.tail + OFFSET_SLACK_AHEAD) return this.#firstId;
    return Math.max(offset, this.#firstId);
  }

  #confirmUpTo(offset: number): void {
    if (offset === 0) return;
    let before = offset;
    if (offset < 0) {
      this.#expire();
      const waiting = this.#items.filter((item) => item !== undefined);
      before = waiting.at(offset)?.id ?? this.head;
    } else if (offset > this.tail + OFFSET_SLACK_AHEAD || offset < this.head - OFFSET_SLACK_BEHIND) return;
    for (let id = this.#firstId; id < before && id < this.tail; id += 1) {
      const update = this.#items[id - this.#firstId];
      if (update !== undefined) this.#remove(update, true);
    }
    this.#compact();
  }

  #expire(): void {
    const now = unixTime(this.#clock);
    for (const update of this.#items) {
      if (update !== undefined && update.expiresAt <= now) this.#remove(update, false);
    }
    this.#compact();
  }

  #remove(update: QueuedUpdate, confirmed: boolean): void {
    this.#items[update.id - this.#firstId] = undefined;
    this.#count -= 1;
    this.#bytes -= update.bytes;
    this.onRemoved();
    if (!confirmed) return;
    this.#confirmed.push(update);
    if (this.#confirmed.length > REMEMBERED * 2) this.#confirmed = this.#confirmed.slice(-REMEMBERED);
  }

  #takeReplays(limit: number): QueuedUpdate[] {
    return this.#replays.length === 0 ? [] : this.#replays.splice(0, limit);
  }

  #compact(): void {
    let holes = 0;
    while (holes < this.#items.length && this.#items[holes] === undefined) holes += 1;
    if (holes === 0) return;
    this.#items.splice(0, holes);
    this.#firstId += holes;
  }
}
